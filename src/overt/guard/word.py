"""Words that URLs are ordinarily made of, and whether letters could be a word at all.

A table and two questions about it. The words are those of paths, file names and parameters in mail, in the languages
mail comes in; a name that is not here may still read like a word, by its pairs of letters. It knows no vendor's name.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache
from typing import Final

_TEXT: Final = """
about above access account accounts action activate activation active activity actualites adapter adult advantage
advert advertising affiliate afternoon agenda agent aktuell album alert alerts alternate amount analytics android
angebot anmelden announcement answer apache app apple application approve april archive archives area arrow article
articles artikel assets asset attachment attachments auction august auth author auto autumn avatar award awards back
background badge balance bank banner banners basic basket beacon beauty benefit best bestellung bild bilder bill billing
birthday black blank blog blogs blue board body bonus book booking books border bottom boutique box brand brands
break breaking briefing browser buch bubble bullet bulletin bundle business button buttons buy cache calendar call
campaign campaigns cancel candidate card cards care career careers cart case cash casino catalog category center
central certificate change channel chapter chart chat check checkout chevron child children choice christmas circle
city claim class classic clean clear click clicks client clients close cloud club code coffee collection color colour
column comment comments commerce common commons community company compare compte computer concert conference config
confirm confirmation connect consent contact contacts container content contents contest context control conversion
cookie copy corner corp corporate correo countdown country coupon course courses cover create creative credit crop
crypto current custom customer customers daily dark dashboard data database date days deal deals debit december default
delete delivery demo deposit design desktop destination detail details developer device dialog diary digital direct
director directory disable discount discover discussion display divider document documents domain donate dots double
down download downloads draft drive drop dynamic early earn east easter edge edit edition editor education election
electric element email emails embed employee empty enable energy english enter enterprise entry error estate event
events every example exchange exclusive expire explore export express extern external extra face facebook fact family
fashion fast favicon favorite feature featured features february feed feedback field file files film filter final
finance find first fitness flag flat flight flower flyer folder follow font fonts food football foot footer forest
forgot form format formation forms forum forward fotos foundation frame free french fresh friday friend friends front
full function fund future gallery game games garden general german getting gift gifts gold good graphic graphics gray
great green grey grid group groups growth guest guide guides hair half handler happy hash head header headline health
heart height hello help hero hidden high history holiday home horizontal hospital host hosting hotel hotels hour house
icon icons idea identity image imagenes images imgs import important impression impressions improve inbox include
index industry info information infos insight insights insta instagram install insurance integration interactive
interest internal international internet interview invest investor invitation invite invoice issue item items january
jobs join journal july june junior kampagne kind kinder kitchen know knowledge konto kontakt label landing language
large last latest launch layout lead leaders league learn learning left legal letter letters level library life light
limited line link linked linkedin links list lists live load local location login logo logos logout long look love
loyalty magazine mail mailer mailing mailings mailto main maintenance make male manage management manager manual march
mark market marketing master match material media medium meeting member members membership menu merge message messages
method middle mini minute mobile mode model modern modify module monday money monitor month monthly more morning motion
mountain move movie movies music name national native nature navigation network never newest news newsletter newsletters
newsroom next night nord normal north notice notification notifications november number object october offer offers
office official offline old one online only open opened opening opens option options optout orange order orders
organic organization original other outline outlook over overview owner pack package page pages panel paper parent
park part partner partners party password past patch path pattern payment payments people performance permission
person personal phone photo photos picture pictures pink pixel pixels place placeholder plan plans plant platform play
player plus podcast point points policy politics poll popular portal portrait position post poster posts power
practice preference preferences premium present president press preview previous price prices prime print privacy
private prize prod product production products produit produkt professional profile profiles program programs progress
project projects promo promos promotion promotions property protect protection provider public publication publications
publish purchase purple push quality question questions quick quote quotes radio random rate rating read reader ready
real recent recipe recipient record recovery redirect redirection reference referral refresh refund region register
registration reject related release releases remote remove renew renewal rent replace reply report reports request
research reservation reset resize resource resources response restaurant result results retail return returns review
reviews reward rewards right road room round rule rules sale sales sample saturday save saving savings scale scan
schedule school science score screen script scripts search season seasonal second secret section secure security see
select sell seller send sender sent separator september serie series serve server service services session set settings
setup shadow shape share shared sheet shipping shop shopping short show side sidebar sign signature signup silver
simple single site sites size sizes skin slide slider small smart social society software solution solutions source
south space spacer spam special speed spinner sponsor sport sports spotlight spring square staff stage standard star
stars start state static station statistics stats status step stock stocks storage store stores stories story strategy
stream street strip student studio style styles subject submit subscribe subscriber subscribers subscription success
summer summit sunday super supplement supply support survey switch symbol system systems table tabs tags target team
tech technology template templates terms test text texture thank thanks theme themes thing thread thumb thumbnail
thumbnails thumbs thursday ticket tickets time title today token tool tools topic total tour track tracker tracking
trade trading traffic training transaction transactional transfer transparent travel trend trends trial true trust
tuesday tutorial twitter type unit united university unsubscribe unsubscription unsub update updates upgrade upload
uploads user users utility vacation valid validate value vector vendor verification verify version vertical video
videos view viewer views visit visual vote voucher wallet wallpaper water webcast webinar website wednesday week
weekend weekly welcome west white wide width window windows winter wireless woman women wood word words work workshop
world wrap write year yellow young your youtube zone ansehen bewertung bezahlen datenschutz einstellungen herbst hilfe
impressum jetzt kostenlos kunde kunden nachricht neuigkeiten rechnung suche versand vertrag weiter willkommen abonnement
accueil adresse commande connexion contenu cadeau livraison magasin membre nouveau offre panier paiement promotionnel
bienvenue cliente compra correos cuenta descuento envio factura gracias hoja noticias oferta pago pedido productos
promocion registro seguro servicio tienda usuario ventas acesso arquivo boleto cadastro clientes compras contato imagem
imagens loja noticia pagamento pedidos promocao seguranca vendas accesso azienda buono conferma fattura immagini negozio
ordine prodotti sconto spedizione utente bestel foto klant nieuws nieuwsbrief winkel brief bilden nyheter tilbud
abcdef browse compact component dispatch engagement exhibit flexible footage highlight knitwear landscape mechanism
objective obvious quarter questionnaire rhythm sketch sphere subtract technique threshold typography uncommon upcoming
vegetable wonderful workflow xmas yoga yesterday zip zoom abstract adventure bridge brochure captain chocolate cinema
climate cupboard daughter delight dolphin dragon eclipse empire fabric feather festival fiction fortune fragrance
galaxy glasses harbor hobby horizon island jacket jewelry jungle kingdom ladder leather legend lounge luggage magnet
marathon meadow medicine mirror mystery necklace needle novel ocean olympic opera orchestra oxygen palace passport
pepper perfume pharmacy piano planet poetry pottery pumpkin puzzle rabbit railway rainbow recycle ribbon rocket
royal sailing sandwich shoulder skeleton snow soap spirit stadium sticker strawberry sugar sunset surgery sweater
swim temple theatre thunder tomato towel tractor treasure trophy tunnel umbrella uniform vaccine valley vehicle velvet
village vintage violin volcano volume voyage warrior wedding whisper wildlife wisdom wonder zebra
ajax api asp aspx bin bmp cgi cid cms css csv doc docs eml eot eps esp exe ftp gif gmt htm html http https ico ics img
ios jpeg jpg js json jsp lib login lt lv max mail mht min mov mp3 mp4 ms mso nl nsf otf pdf php pl png ppt prod psd
rss sdk seo sms src sso svg swf tel tif tiff tmp tpl ttf txt uk ui url us utf utm uuid vcf web webp woff wp www xls
xml xsl zip srv svc cdn std ext gif cgi hdr ftr btn bkg bkgd bgr crm cta cmp mkt pr faq vip tv dvd usb gps sql sub dev
"""

WORDS: Final = frozenset(_TEXT.split())
_PAIRS: Final = Counter(word[i : i + 2] for word in WORDS if len(word) > 3 for i in range(len(word) - 1))
#: How much likelier each pair of letters is in words than among random ones, as a logarithm; unseen ones count half.
_LIKELIER: Final = {pair: math.log((seen + 0.5) / _PAIRS.total() * 26 * 26) for pair, seen in _PAIRS.items()}
_UNSEEN: Final = math.log(0.5 / _PAIRS.total() * 26 * 26)
#: What the mean of it must be. One word in twenty falls below, one random run of 8 letters in six is above, of 12 in
#: twenty: short runs tell few people apart, so that a word is given the benefit of the doubt.
_LEAST_SHORT, _LEAST, _LONG = -0.7, -0.4, 10
_SHORT: Final = 4  # letters; abbreviations are no words either, and tell few people apart


@lru_cache(maxsize=4096)
def is_word(letters: str) -> bool:
    """Whether letters of one case, 64 at most, are an ordinary word or could be one."""
    lower = letters.lower()
    if len(lower) < _SHORT or lower in WORDS:
        return True
    likelier = sum(_LIKELIER.get(lower[i : i + 2], _UNSEEN) for i in range(len(lower) - 1))
    return likelier > (_LEAST if len(lower) >= _LONG else _LEAST_SHORT) * (len(lower) - 1)
