/** Where anybody can have an address: large providers of mail, with the names they give. Not all of them, but those that most strangers write from. */
const providers: readonly string[] = [
  // Families that have a name in many countries: any ending counts.
  'aol.*', 'gmx.*', 'hotmail.*', 'live.*', 'outlook.*', 'yahoo.*', 'yandex.*', 'zoho.*', 'tutanota.*', 'proton.*', 'protonmail.*', 'fastmail.*', 'tiscali.*', 'lycos.*', 'msn.*', 'rediffmail.*',
  'gmail.com', 'googlemail.com', 'ymail.com', 'rocketmail.com', 'myyahoo.com', 'passport.com', 'windowslive.com', 'icloud.com', 'me.com', 'mac.com', 'privaterelay.appleid.com', 'aim.com', 'love.com', 'ymail.ne.jp',
  'web.de', 'freenet.de', 't-online.de', 'arcor.de', 'online.de', 'kabelmail.de', 'unitybox.de', 'vodafone.de', 'o2online.de', 'mail.de', 'posteo.de', 'posteo.net', 'mailbox.org', 'email.de', '1und1.de', 'ionos.de', 'bluewin.ch', 'hispeed.ch', 'sunrise.ch', 'a1.net', 'chello.at', 'aon.at',
  'pm.me', 'tuta.io', 'tutamail.com', 'tuta.com', 'keemail.me', 'disroot.org', 'riseup.net', 'autistici.org', 'hey.com', 'duck.com', 'mozmail.com', 'simplelogin.com', 'anonaddy.com', 'addy.io', 'fastmail.fm', 'sent.com', 'hushmail.com', 'runbox.com', 'mailfence.com', 'startmail.com', 'kolabnow.com', 'migadu.com', 'pobox.com', 'mail.com', 'email.com', 'usa.com', 'post.com', 'europe.com', 'engineer.com', 'consultant.com',
  'orange.fr', 'wanadoo.fr', 'free.fr', 'laposte.net', 'sfr.fr', 'neuf.fr', 'bbox.fr', 'libero.it', 'virgilio.it', 'alice.it', 'tim.it', 'tin.it', 'iol.it', 'telefonica.net', 'terra.es', 'telenet.be', 'skynet.be', 'proximus.be', 'ziggo.nl', 'kpnmail.nl', 'home.nl', 'planet.nl', 'xs4all.nl', 'hetnet.nl', 'sapo.pt',
  'wp.pl', 'o2.pl', 'onet.pl', 'op.pl', 'interia.pl', 'gazeta.pl', 'seznam.cz', 'email.cz', 'centrum.cz', 'post.cz', 'azet.sk', 'centrum.sk', 'freemail.hu', 'citromail.hu', 'abv.bg', 'mail.bg', 'inbox.lv', 'inbox.lt', 'mail.ee', 'telia.com', 'bredband.net', 'online.no', 'mail.dk', 'luukku.com', 'kolumbus.fi', 'otenet.gr', 'ukr.net', 'i.ua', 'meta.ua', 'mail.ru', 'bk.ru', 'inbox.ru', 'list.ru', 'internet.ru', 'rambler.ru', 'ya.ru',
  'btinternet.com', 'sky.com', 'virginmedia.com', 'talktalk.net', 'ntlworld.com', 'blueyonder.co.uk', 'eircom.net', 'comcast.net', 'att.net', 'verizon.net', 'sbcglobal.net', 'bellsouth.net', 'cox.net', 'charter.net', 'earthlink.net', 'juno.com', 'optonline.net', 'frontier.com', 'roadrunner.com', 'rr.com', 'shaw.ca', 'rogers.com', 'bell.net', 'sympatico.ca', 'telus.net', 'videotron.ca', 'bigpond.com', 'optusnet.com.au', 'iinet.net.au', 'xtra.co.nz',
  'uol.com.br', 'bol.com.br', 'terra.com.br', 'globo.com', 'ig.com.br', 'qq.com', 'foxmail.com', '163.com', '126.com', 'yeah.net', 'sina.com', 'sina.cn', 'sohu.com', 'aliyun.com', '139.com', '189.cn', '21cn.com', 'naver.com', 'daum.net', 'hanmail.net', 'kakao.com', 'nate.com', 'docomo.ne.jp', 'ezweb.ne.jp', 'softbank.ne.jp', 'i.softbank.jp', 'nifty.com', 'walla.co.il', 'walla.com', 'mailinator.com', 'guerrillamail.com', 'yopmail.com', '10minutemail.com', 'temp-mail.org'
]

const named = new Set(providers.filter((name) => !name.endsWith('.*')))
const families = new Set(providers.flatMap((name) => name.endsWith('.*') ? name.slice(0, -2) : []))

/** Whether anybody can have an address at a domain: then nothing that is said of one sender there holds for the others. */
export function isFreeMail(domain: string): boolean {
  const [first, ...rest] = domain.split('.')
  return named.has(domain) || (families.has(first!) && rest.length >= 1 && rest.length <= 2 && rest.every((label) => label.length <= 3))
}
