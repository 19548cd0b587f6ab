"use strict";
// A page that waits for a count asks again, once the one before has had its time.
const again = document.querySelector("[data-again]");
if (again) setTimeout(() => location.reload(), 1000 * again.dataset.again);

// Charts: the specification comes from our own host; expressions are interpreted, so that no code is made from text.
for (const figure of document.querySelectorAll("figure.chart[data-spec]")) {
  fetch(figure.dataset.spec, { credentials: "same-origin" })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((spec) => {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const frame = document.createElement("div");
      figure.prepend(frame);
      const ink = dark ? "#e7e9e7" : "#1b1f23";
      const line = dark ? "#384046" : "#d5d9d6";
      const config = {
        background: null,
        view: { stroke: null },
        axis: { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line },
        legend: { labelColor: ink, titleColor: ink },
      };
      return vegaEmbed(frame, spec, { ast: true, actions: false, defaultStyle: false, tooltip: false, renderer: "canvas", config });
    })
    .then(() => figure.setAttribute("data-drawn", "yes"))
    .catch((fault) => figure.setAttribute("data-fault", String(fault)));
}

// Live: one line each, the newest first; words from outside are only ever text.
const list = document.querySelector("[data-stream]");
if (list) {
  const state = document.getElementById("state");
  // Notifications: asked for by a button, of people alone, and only while nobody looks.
  const ask = document.getElementById("notify");
  let wanted = false;
  if ("Notification" in window) {
    ask.hidden = false;
    ask.addEventListener("click", async () => {
      wanted = (await Notification.requestPermission()) === "granted";
      ask.textContent = wanted ? "You will be notified" : "Your browser does not allow notifications from here";
      ask.disabled = true;
    });
  }
  const notify = (told) => {
    if (!wanted || !document.hidden || !["human", "proxy"].includes(told.actor)) return;
    const did = told.kind === "link" ? "followed a link" : "opened the message";
    new Notification(`${told.recipient || "Somebody"} ${did}`, { body: told.campaign, tag: `${told.recipient}|${told.campaign}|${told.kind}` });
  };
  const stream = new EventSource(list.dataset.stream);
  stream.onopen = () => { state.textContent = "Connected. What comes in shows up here."; };
  stream.onerror = () => { state.textContent = "Not connected; trying again."; };
  stream.addEventListener("hit", (event) => {
    const told = JSON.parse(event.data);
    const item = document.createElement("li");
    const add = (name, text, kind) => {
      const part = document.createElement(name);
      part.textContent = text;
      if (kind) part.className = kind;
      item.append(part, " ");
    };
    if (told.at) {
      add("time", told.at.slice(11, 19) + " UTC");
      add("span", told.actor, "badge " + told.actor.replace(/[^a-z]/g, ""));
      add("strong", told.kind === "link" ? "followed a link" : "loaded the picture");
      add("span", "of " + (told.campaign || "a campaign") + (told.recipient ? ", " + told.recipient : ""));
      add("span", [told.destination, told.program || told.class, told.place, told.reason].filter(Boolean).join(" · "), "soft");
    } else {
      add("span", "shared", "badge");
      add("span", `${told.campaign || "a campaign"}: ${told.total === null ? "a few " + told.kind : told.total + " " + told.kind + " (+" + told.grew + ")"}`);
    }
    list.prepend(item);
    notify(told);
    while (list.children.length > 200) list.lastChild.remove();
  });
}
