/** The basic table of the 7-bit alphabet (3GPP TS 23.038 section 6.2.1) and its extension, whose characters take two places. */
const basic = new Set('@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà')
const extended = new Set('\f^{}\\[~]|€')

/** Places in a message that goes alone, and in each of several: the header that joins them takes six bytes (3GPP TS 23.040 section 9.2.3.24.1). */
const sevenBit = { alone: 160, joined: 153 }
const sixteenBit = { alone: 70, joined: 67 }

/**
 * In how many SMS a text goes, at least one: in the 7-bit alphabet when every character is in it, else in UCS-2. No
 * character is cut in two, neither an extended one nor one that takes two UCS-2 units.
 */
export function parts(text: string): number {
  const characters = [...text]
  const plain = characters.every((one) => basic.has(one) || extended.has(one))
  const places = characters.map((one) => plain ? (extended.has(one) ? 2 : 1) : one.length)
  const { alone, joined } = plain ? sevenBit : sixteenBit
  if (places.reduce((sum, one) => sum + one, 0) <= alone) return 1
  let count = 1
  let used = 0
  for (const one of places) {
    if (used + one > joined) {
      count++
      used = 0
    }
    used += one
  }
  return count
}
