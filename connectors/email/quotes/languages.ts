/**
 * What mail programs write around a quote, by language: the names of the four headers they copy, the verb of who wrote it, the
 * words over an original or forwarded message, and how a phone signs. Lower case; `from` to `other` are whole names before a colon.
 */
export type Language = {
  from: string[], date: string[], to: string[], subject: string[]
  /** Cc, Reply-To, importance, attachments. */
  other: string[]
  wrote: string[]
  /** What `On 2 March 2026, Alice wrote:` begins with. */
  lead: string[]
  original: string[]
  forwarded: string[]
  /** Beginnings of `Sent from my phone`. */
  sentFrom: string[]
}

export const languages: Record<string, Language> = {
  en: {
    from: ['from', 'sender'], date: ['sent', 'date', 'sent at', 'sent on', 'received'], to: ['to', 'recipient', 'recipients'], subject: ['subject'],
    other: ['cc', 'bcc', 'reply-to', 'reply to', 'importance', 'attachments', 'attachment', 'organization', 'organisation', 'newsgroups', 'priority', 'sensitivity', 'message-id', 'sent by', 'on behalf of', 'mailed-by', 'signed-by'],
    wrote: ['wrote', 'writes', 'said', 'has written'], lead: ['on', 'at', 'quoting', 'in'],
    original: ['original message', 'reply message', 'replied message', 'original e-mail', 'original email', 'original mail', 'previous message', 'message from', 'reply above this line', 'original appointment', 'in reply to'],
    forwarded: ['forwarded message', 'forwarded by', 'forwarded mail', 'forwarded email', 'forwarded e-mail', 'begin forwarded message', 'start of forwarded message', 'fwd'],
    sentFrom: ['sent from', 'sent via', 'sent with', 'sent by', 'get outlook for', 'download outlook', 'sent using', 'sent on the', 'typed on my', 'sent securely with', 'sent while mobile', 'from my iphone', 'from my android', 'sent through']
  },
  de: {
    from: ['von', 'absender'], date: ['gesendet', 'datum', 'gesendet am', 'verschickt', 'date'], to: ['an', 'empfänger'], subject: ['betreff', 'betr', 'betr.'],
    other: ['cc', 'kopie', 'bcc', 'blindkopie', 'antwort an', 'antworten an', 'wichtigkeit', 'anlagen', 'anlage', 'anhang', 'anhänge', 'priorität'],
    wrote: ['schrieb', 'schrieben', 'schreibt', 'geschrieben', 'hat geschrieben'], lead: ['am', 'um', 'vom', 'zitat von'],
    original: ['ursprüngliche nachricht', 'originalnachricht', 'original-nachricht', 'ursprüngliche mail', 'originalmail', 'original-mail', 'ursprüngliche e-mail', 'ursprünglicher termin', 'nachricht von'],
    forwarded: ['weitergeleitete nachricht', 'weitergeleitete mail', 'weitergeleitete e-mail', 'anfang der weitergeleiteten nachricht', 'beginn der weitergeleiteten nachricht', 'weitergeleitet von', 'weitergeleitet durch'],
    sentFrom: ['von meinem', 'von meiner', 'gesendet von', 'gesendet mit', 'gesendet über', 'gesendet aus', 'verschickt mit', 'diese nachricht wurde von meinem', 'outlook für', 'holen sie sich outlook für', 'gesendet vom', 'mit meinem', 'versendet mit']
  },
  fr: {
    from: ['de', 'expéditeur'], date: ['envoyé', 'envoyée', 'envoyé le', 'message du', 'date', "date d'envoi", 'envoyé par'], to: ['à', 'a', 'pour', 'destinataire', 'destinataires'], subject: ['objet', 'sujet'],
    other: ['cc', 'copie', 'copie à', 'cci', 'répondre à', 'importance', 'pièces jointes', 'pièce jointe', 'pj'],
    wrote: ['a écrit', 'à écrit', 'écrit', 'écrivait', 'a ecrit', 'ont écrit'], lead: ['le', 'citation de', 'en date du', 'dans son message du'],
    original: ["message d'origine", 'message d’origine', 'message original', 'message initial', 'e-mail d’origine', "e-mail d'origine", 'courriel original', 'message de', 'rendez-vous d’origine', "rendez-vous d'origine"],
    forwarded: ['message transféré', 'message transmis', 'début du message réexpédié', 'début du message transféré', 'message réexpédié', 'courriel transféré', 'transféré par'],
    sentFrom: ['envoyé de', 'envoyé depuis', 'envoyé à partir', 'envoyé avec', 'envoyé via', 'envoyé par', 'télécharger outlook', 'obtenir outlook', 'téléchargez outlook', 'provenance :']
  },
  es: {
    from: ['de', 'remitente', 'desde'], date: ['enviado', 'enviado el', 'fecha', 'enviada', 'enviada el', 'fecha de envío'], to: ['para', 'a', 'destinatario', 'destinatarios'], subject: ['asunto'],
    other: ['cc', 'cco', 'responder a', 'importancia', 'adjuntos', 'datos adjuntos', 'archivos adjuntos'],
    wrote: ['escribió', 'escribio', 'ha escrito', 'escribe', 'escribía', 'escribieron'], lead: ['el', 'en', 'con fecha', 'a las'],
    original: ['mensaje original', 'mensaje de origen', 'correo original', 'mensaje anterior', 'mensaje de'],
    forwarded: ['mensaje reenviado', 'mensaje remitido', 'inicio del mensaje reenviado', 'correo reenviado', 'reenviado por'],
    sentFrom: ['enviado desde', 'enviado con', 'enviado por', 'enviado a través', 'enviado vía', 'obtener outlook', 'descargar outlook', 'obtén outlook', 'enviado mediante', 'mandado desde']
  },
  it: {
    from: ['da', 'mittente'], date: ['inviato', 'data', 'inviata', 'inviato il', 'data invio'], to: ['a', 'per', 'destinatario', 'destinatari'], subject: ['oggetto'],
    other: ['cc', 'ccn', 'rispondi a', 'risposta', 'rispondere a', 'priorità', 'allegati', 'allegato', 'importanza'],
    wrote: ['ha scritto', 'scrisse', 'scrive', 'scriveva', 'hanno scritto'], lead: ['il', 'in data', 'lo', 'alle', 'citando'],
    original: ['messaggio originale', 'messaggio originario', 'messaggio precedente', 'messaggio di', 'messaggio da'],
    forwarded: ['messaggio inoltrato', 'messaggio inoltrato da', 'inizio messaggio inoltrato', 'inoltrato da', 'email inoltrata'],
    sentFrom: ['inviato da', 'inviato dal', 'inviato con', 'inviato tramite', 'inviato dalla', 'inviata da', 'ottieni outlook', 'scarica outlook', 'inviato via', 'messaggio inviato da']
  },
  pt: {
    from: ['de', 'remetente'], date: ['enviado', 'enviada', 'enviada em', 'enviado em', 'data', 'enviado a', 'data de envio'], to: ['para', 'destinatário', 'a'], subject: ['assunto'],
    other: ['cc', 'cco', 'bcc', 'responder a', 'responder para', 'importância', 'anexos', 'anexo', 'prioridade'],
    wrote: ['escreveu', 'escreve', 'escreveram', 'escrevia'], lead: ['em', 'no dia', 'a', 'às', 'citando', 'no'],
    original: ['mensagem original', 'mensagem anterior', 'mensagem de origem', 'mensagem de', 'e-mail original'],
    forwarded: ['mensagem encaminhada', 'mensagem reencaminhada', 'início da mensagem encaminhada', 'início da mensagem reencaminhada', 'encaminhado por', 'forwarded message'],
    sentFrom: ['enviado do', 'enviado a partir', 'enviado pelo', 'enviado via', 'enviado da', 'enviado de', 'enviado por', 'enviada do', 'obter o outlook', 'obtenha o outlook', 'baixe o outlook', 'enviado com']
  },
  nl: {
    from: ['van', 'afzender'], date: ['verzonden', 'datum', 'verstuurd', 'verzonden op', 'gestuurd'], to: ['aan', 'naar', 'ontvanger'], subject: ['onderwerp', 'betreft'],
    other: ['cc', 'bcc', 'kopie', 'antwoord aan', 'beantwoorden aan', 'urgentie', 'bijlage', 'bijlagen', 'prioriteit'],
    wrote: ['schreef', 'schreven', 'schrijft', 'geschreven', 'het volgende geschreven'], lead: ['op', 'om', 'in', 'citeren'],
    original: ['oorspronkelijk bericht', 'origineel bericht', 'oorspronkelijke bericht', 'originele bericht', 'oorspronkelijke mail', 'oorspronkelijke afspraak', 'bericht van'],
    forwarded: ['doorgestuurd bericht', 'doorgezonden bericht', 'begin doorgestuurd bericht', 'doorgestuurd door', 'doorgestuurde e-mail', 'doorgestuurde mail'],
    sentFrom: ['verstuurd vanaf', 'verzonden vanaf', 'verstuurd met', 'verzonden met', 'verstuurd via', 'verzonden via', 'vanaf mijn', 'download outlook', 'outlook voor', 'verstuurd van', 'verstuurd vanuit', 'verzonden vanuit', 'gestuurd vanaf']
  },
  pl: {
    from: ['od', 'nadawca'], date: ['wysłano', 'wysłane', 'data', 'data wysłania', 'wysłany', 'wysłana'], to: ['do', 'adresat', 'odbiorca'], subject: ['temat', 'dotyczy'],
    other: ['dw', 'cc', 'udw', 'kopia', 'odpowiedź do', 'odpowiedz do', 'ważność', 'załączniki', 'załącznik', 'priorytet'],
    wrote: ['napisał', 'napisała', 'napisał(a)', 'napisał/a', 'napisali', 'pisze', 'pisał', 'pisała', 'użytkownik napisał'], lead: ['w dniu', 'dnia', 'w', 'dn.', 'on', 'data'],
    original: ['wiadomość oryginalna', 'oryginalna wiadomość', 'oryginalny list', 'wiadomość pierwotna', 'treść oryginalnej wiadomości', 'wiadomość od'],
    forwarded: ['wiadomość przekazana', 'przekazana wiadomość', 'treść przekazanej wiadomości', 'początek przekazanej wiadomości', 'przesłana wiadomość', 'przekazane przez', 'wiadomość przesłana dalej'],
    sentFrom: ['wysłane z', 'wysłano z', 'wysłane za pomocą', 'wysłano za pomocą', 'wysłane przez', 'wysłane przy użyciu', 'wysłana z', 'wysłany z', 'pobierz outlook', 'pobierz aplikację outlook', 'uzyskaj outlook', 'wysłano przez', 'wiadomość wysłana z']
  },
  sv: {
    from: ['från', 'avsändare'], date: ['skickat', 'datum', 'skickad', 'sänt'], to: ['till', 'mottagare'], subject: ['ämne', 'rubrik'],
    other: ['kopia', 'cc', 'hemlig kopia', 'svara till', 'svar till', 'prioritet', 'bilaga', 'bilagor', 'vikt'],
    wrote: ['skrev', 'skrev följande', 'skriver', 'har skrivit'], lead: ['den', 'på', 'vid', 'i', 'citerar'],
    original: ['ursprungligt meddelande', 'originalmeddelande', 'ursprungliga meddelandet', 'ursprunglig avtalad tid', 'meddelande från'],
    forwarded: ['vidarebefordrat meddelande', 'vidarebefordrat brev', 'vidarebefordrat av', 'början av vidarebefordrat meddelande', 'påbörjat vidarebefordrat meddelande', 'vidarebefordrat mail', 'vidarebefordrat mejl'],
    sentFrom: ['skickat från', 'skickades från', 'skickat med', 'skickat via', 'skickad från', 'sänt från', 'hämta outlook', 'från min', 'skaffa outlook', 'skickat frå']
  },
  da: {
    from: ['fra', 'afsender'], date: ['sendt', 'dato', 'sendt den'], to: ['til', 'modtager'], subject: ['emne', 'vedr'],
    other: ['cc', 'kopi', 'bcc', 'svar til', 'prioritet', 'vedhæftet', 'vedhæftede filer', 'vedhæftede'],
    wrote: ['skrev', 'skrev følgende', 'skriver', 'har skrevet'], lead: ['den', 'på', 'd.', 'kl.', 'citerer'],
    original: ['oprindelig meddelelse', 'oprindelig besked', 'oprindelig mail', 'original meddelelse', 'original besked', 'oprindelig e-mail', 'oprindelig aftale', 'besked fra'],
    forwarded: ['videresendt besked', 'videresendt meddelelse', 'videresendt mail', 'start på videresendt besked', 'videresendt af', 'begyndelse på videresendt besked', 'startdel af videresendt besked', 'videresendt e-mail'],
    sentFrom: ['sendt fra', 'sendt med', 'sendt via', 'hent outlook', 'få outlook', 'afsendt fra', 'fra min']
  },
  no: {
    from: ['fra', 'avsender'], date: ['sendt', 'dato'], to: ['til', 'mottaker'], subject: ['emne', 'gjelder'],
    other: ['kopi', 'cc', 'blindkopi', 'svar til', 'prioritet', 'vedlegg', 'viktighet'],
    wrote: ['skrev', 'skrev følgende', 'skreiv', 'skriver', 'har skrevet'], lead: ['den', 'på', 'kl.', 'siterer'],
    original: ['opprinnelig melding', 'original melding', 'opprinnelig e-post', 'opprinneleg melding', 'opprinnelig avtale', 'melding fra'],
    forwarded: ['videresendt melding', 'videresendt e-post', 'vidaresendt melding', 'start på videresendt melding', 'begynnelse på videresendt melding', 'videresendt av'],
    sentFrom: ['sendt fra', 'sendt med', 'sendt via', 'få outlook', 'hent outlook', 'skaff deg outlook', 'last ned outlook', 'fra min', 'sendt frå']
  },
  fi: {
    from: ['lähettäjä', 'keneltä', 'mistä', 'lähettänyt'], date: ['lähetetty', 'päivämäärä', 'päiväys', 'pvm', 'aika'], to: ['vastaanottaja', 'vastaanottajat', 'kenelle', 'saaja'], subject: ['aihe', 'otsikko'],
    other: ['kopio', 'cc', 'piilokopio', 'vastausosoite', 'vastaa', 'tärkeys', 'liite', 'liitteet'],
    wrote: ['kirjoitti', 'kirjoitti seuraavaa', 'kirjoittaa', 'on kirjoittanut'], lead: ['pvm', 'klo', 'lainaus'],
    original: ['alkuperäinen viesti', 'alkuperäinen sähköposti', 'alkuperäinen tapaaminen', 'viesti lähettäjältä'],
    forwarded: ['välitetty viesti', 'edelleenlähetetty viesti', 'välitetty viesti alkaa', 'välitetyn viestin alku', 'edelleen lähetetty viesti', 'lähetetty edelleen'],
    sentFrom: ['lähetetty', 'lähetin tämän', 'hanki outlook', 'lataa outlook', 'lähettänyt']
  },
  ru: {
    from: ['от', 'от кого', 'отправитель'], date: ['отправлено', 'дата', 'дата отправки', 'когда', 'послано'], to: ['кому', 'получатель', 'получатели'], subject: ['тема'],
    other: ['копия', 'копии', 'скрытая копия', 'ответить', 'обратный адрес', 'важность', 'вложения', 'вложение', 'cc'],
    wrote: ['написал', 'написала', 'написал(а)', 'написал (а)', 'пишет', 'писал', 'писала', 'писал(а)', 'писали', 'написали'], lead: ['в', 'на', 'от'],
    original: ['исходное сообщение', 'оригинальное сообщение', 'первоначальное сообщение', 'исходное письмо', 'сообщение от', 'исходная встреча'],
    forwarded: ['пересланное сообщение', 'пересылаемое сообщение', 'перенаправленное сообщение', 'начало переадресованного сообщения', 'начало пересылаемого сообщения', 'пересланное письмо', 'конец пересылаемого сообщения', 'переслано'],
    sentFrom: ['отправлено с', 'отправлено из', 'отправлено через', 'отправлено от', 'отправлено мобильной', 'скачать outlook', 'получить outlook', 'отправил с', 'послано с', 'с уважением, отправлено']
  },
  uk: {
    from: ['від', 'від кого', 'відправник'], date: ['надіслано', 'дата', 'відправлено', 'час'], to: ['кому', 'одержувач', 'до'], subject: ['тема'],
    other: ['копія', 'прихована копія', 'відповісти', 'важливість', 'вкладення', 'cc'],
    wrote: ['написав', 'написала', 'написав(ла)', 'пише', 'писав', 'писала', 'написав (-ла)'], lead: ['в', 'у', 'на', 'від'],
    original: ['вихідне повідомлення', 'оригінальне повідомлення', 'початкове повідомлення', 'повідомлення від'],
    forwarded: ['переслане повідомлення', 'перенаправлене повідомлення', 'початок пересланого повідомлення', 'пересилане повідомлення'],
    sentFrom: ['надіслано з', 'відправлено з', 'надіслано через', 'надіслано від', 'відправлено через']
  },
  cs: {
    from: ['od', 'odesílatel'], date: ['odesláno', 'datum', 'posláno'], to: ['komu', 'příjemce', 'pro'], subject: ['předmět', 'věc'],
    other: ['kopie', 'skrytá kopie', 'odpověď komu', 'důležitost', 'přílohy', 'cc'],
    wrote: ['napsal', 'napsala', 'napsal(a)', 'napsal/a', 'píše', 'psal', 'odesílatel napsal'], lead: ['dne', 'v', 'on'],
    original: ['původní zpráva', 'původní e-mail', 'originální zpráva', 'zpráva od'], forwarded: ['přeposlaná zpráva', 'předaná zpráva', 'začátek přeposlané zprávy', 'přeposlaný e-mail'],
    sentFrom: ['odesláno z', 'odesláno pomocí', 'posláno z', 'odesláno ze', 'získejte outlook']
  },
  hu: {
    from: ['feladó', 'küldő'], date: ['küldve', 'dátum', 'elküldve', 'küldés dátuma'], to: ['címzett', 'címzettek'], subject: ['tárgy'],
    other: ['másolatot kap', 'másolat', 'titkos másolat', 'válaszcím', 'fontosság', 'mellékletek', 'cc'],
    wrote: ['írta', 'ezt írta', 'írt', 'a következőt írta', 'írja'], lead: [], original: ['eredeti üzenet', 'eredeti levél', 'üzenet tőle'], forwarded: ['továbbított üzenet', 'továbbított levél', 'a továbbított üzenet eleje'],
    sentFrom: ['elküldve', 'küldve', 'iphone-omról küldve', 'az outlook']
  },
  ro: {
    from: ['de la', 'de', 'expeditor'], date: ['trimis', 'data', 'trimisă'], to: ['către', 'catre', 'pentru'], subject: ['subiect', 'subiectul'],
    other: ['cc', 'răspuns către', 'importanță', 'atașări'],
    wrote: ['a scris', 'scris', 'a scris următoarele'], lead: ['în', 'pe', 'la', 'in'], original: ['mesaj original', 'mesajul original', 'mesaj inițial'], forwarded: ['mesaj redirecționat', 'mesaj înaintat', 'mesaj transmis mai departe', 'începutul mesajului redirecționat'],
    sentFrom: ['trimis de pe', 'trimis din', 'trimis cu', 'expediat de pe', 'descărcați outlook', 'trimis prin']
  },
  tr: {
    from: ['kimden', 'gönderen'], date: ['gönderildi', 'tarih', 'gönderme tarihi', 'gönderim tarihi', 'gönderilme tarihi'], to: ['kime', 'alıcı'], subject: ['konu'],
    other: ['bilgi', 'cc', 'gizli', 'yanıt adresi', 'önem', 'ekler'],
    wrote: ['yazdı', 'şunları yazdı', 'şunu yazdı', 'yazmış', 'tarihinde yazdı'], lead: [], original: ['özgün ileti', 'orijinal mesaj', 'orijinal ileti', 'özgün mesaj'], forwarded: ['iletilen mesaj', 'yönlendirilen mesaj', 'iletilmiş ileti', 'yönlendirilmiş ileti', 'forwarded message'],
    sentFrom: ['iphone’umdan gönderildi', "iphone'umdan gönderildi", 'ios için outlook', 'android için outlook', 'tarafımdan gönderildi']
  },
  el: {
    from: ['από', 'αποστολέας'], date: ['στάλθηκε', 'ημερομηνία', 'εστάλη', 'αποστολή'], to: ['προς', 'παραλήπτης'], subject: ['θέμα'], other: ['κοιν', 'κοιν.', 'κοινοποίηση', 'απάντηση προς', 'συνημμένα', 'cc'],
    wrote: ['έγραψε', 'έγραψαν', 'γράφει'], lead: ['στις', 'την', 'στη'], original: ['αρχικό μήνυμα', 'πρωτότυπο μήνυμα'], forwarded: ['προωθημένο μήνυμα', 'προωθημένο μήνυμα από', 'έναρξη προωθημένου μηνύματος'],
    sentFrom: ['στάλθηκε από', 'εστάλη από', 'αποστολή από', 'λήψη του outlook']
  },
  zh: {
    from: ['发件人', '寄件者', '寄件人', '發件人', '来自', '发信人'], date: ['发送时间', '日期', '时间', '寄件日期', '傳送時間', '發送時間', '发送日期', '已傳送', '已发送', '時間', '傳送日期'],
    to: ['收件人', '收件者', '致', '到'], subject: ['主题', '主旨', '主題', '标题', '標題'], other: ['抄送', '副本', '密件抄送', '密件副本', '回复', '答复', '回覆', '附件', '重要性'],
    wrote: ['写道', '寫道', '写到', '撰寫', '写', '寫'], lead: ['在', '于', '於'], original: ['原始邮件', '原始郵件', '原邮件', '原始信件', '原始訊息', '回复的原邮件', '回复邮件'],
    forwarded: ['转发的邮件', '转发邮件', '轉寄郵件', '轉寄的郵件', '转发邮件信息', '轉寄的訊息', '开始转发邮件', '開始轉寄郵件', '以下是转发的邮件', '轉寄訊息', '被转发邮件'],
    sentFrom: ['发自我的', '从我的', '發自我的', '從我的', '发自', '發自', '寄自', '通过', '获取适用于', '取得 ios 版 outlook', '取得 android 版 outlook', '来自我的', '來自我的', '傳送自我的', '从 windows']
  },
  ja: {
    from: ['差出人', '送信者', '送信元', '発信者', 'from'], date: ['送信日時', '日付', '日時', '送信日', '日付け', '送信時刻'], to: ['宛先', '宛て先', '受信者', '送信先'], subject: ['件名', '題名'], other: ['cc', 'bcc', '返信先', '添付ファイル', '重要度'],
    wrote: ['のメール', '書きました', 'が書いた', '書いた', '書き込みました', 'のメッセージ', 'さんが書きました', '書きます', 'さんは書きました', 'wrote'], lead: [], original: ['元のメッセージ', 'オリジナルメッセージ', '元のメール', '元メール', '返信元メッセージ', '元の予定', 'original message'],
    forwarded: ['転送されたメッセージ', '転送メッセージ', '転送元メッセージ', '転送されたメール', '転送メール'],
    sentFrom: ['iphoneから送信', 'iphone から送信', 'ipadから送信', 'android版', 'androidから送信', 'ios 版 outlook', 'ios版', 'スマートフォンから送信', 'yahoo!メール', 'outlook for']
  },
  ko: {
    from: ['보낸 사람', '보낸사람', '발신', '보낸이'], date: ['보낸 날짜', '날짜', '보낸 시간', '보낸날짜', '일시'], to: ['받는 사람', '받는사람', '수신', '받는이'], subject: ['제목'], other: ['참조', '숨은 참조', '첨부', '회신', 'cc'],
    wrote: ['작성', '님이 작성', '작성했습니다', '님이 쓴 글', '에 작성함', '님이 작성했습니다'], lead: [], original: ['원본 메시지', '원본 메일', '원본메시지', '원본 약속'], forwarded: ['전달된 메시지', '전달된 메일', '전달된 메시지 시작'],
    sentFrom: ['나의 iphone에서 보냄', '내 iphone에서 보냄', '에서 보냄', 'ios용 outlook', 'android용 outlook', '나의 iphone에서']
  }
}

export type HeaderName = 'from' | 'date' | 'to' | 'subject' | 'other'

/** Header names of all languages; where one stands for two (`a`, `de`), the first language to say so counts. */
export const headerNames: ReadonlyMap<string, HeaderName> = new Map(
  (['other', 'subject', 'to', 'date', 'from'] as const).flatMap((kind) => Object.values(languages).flatMap((language) => language[kind].map((name): [string, HeaderName] => [name, kind])))
)

/** Every phrase of one kind, once, longest first. */
export function phrases(kind: 'wrote' | 'lead' | 'original' | 'forwarded' | 'sentFrom'): string[] {
  return [...new Set(Object.values(languages).flatMap((language) => language[kind]))].sort((a, b) => b.length - a.length)
}

/** A regular expression's source that matches any of the phrases. */
export function anyOf(texts: string[]): string {
  return texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
}
