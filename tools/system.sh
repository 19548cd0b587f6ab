#!/usr/bin/env bash
# Install the real programs that the live tests and the demo use, where that is possible without asking anybody.
#
# As root on a machine with apt-get the missing ones are installed. Everywhere else this says what is missing and
# succeeds: tests that need them skip with the reason. OVERT_SYSTEM=no leaves the machine alone.
set -euo pipefail

# program:package, as Debian and Ubuntu name them
WANTED=(nginx:nginx-light caddy:caddy chromium:chromium swaks:swaks swaks:libnet-ssleay-perl postfix:postfix dovecot:dovecot-imapd dovecot:dovecot-lmtpd)

packages=()
for pair in "${WANTED[@]}"; do
    package="${pair#*:}"
    case "$package" in
        dovecot-lmtpd) [ -e /usr/lib/dovecot/lmtp ] || packages+=("$package") ;;
        libnet-ssleay-perl) perl -MNet::SSLeay -e 1 2>/dev/null || packages+=("$package") ;;
        dovecot-imapd) [ -e /usr/lib/dovecot/imap ] || packages+=("$package") ;;
        *) PATH="$PATH:/usr/sbin:/sbin" command -v "${pair%%:*}" >/dev/null || packages+=("$package") ;;
    esac
done

if [ "${#packages[@]}" -eq 0 ]; then
    exit 0
fi
say() { printf 'overt: %s\n' "$*" >&2; }

if [ "${OVERT_SYSTEM:-yes}" = no ]; then
    say "not installed, as OVERT_SYSTEM=no asks: ${packages[*]}; what needs them is skipped"
elif [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    say "not installed: ${packages[*]}; what needs them is skipped"
    say "on Debian or Ubuntu: sudo apt-get install ${packages[*]}"
else
    say "installing ${packages[*]} (OVERT_SYSTEM=no prevents that)"
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1  # no server starts by being installed (invoke-rc.d(8))
    if ! { apt-get update -qq && apt-get install -qq -y --no-install-recommends "${packages[@]}"; } >/dev/null; then
        say "apt-get failed; what needs ${packages[*]} is skipped"
    fi
fi
