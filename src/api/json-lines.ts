/** Splits a stream into lines and parses each as JSON. Throws on a line that is no JSON or longer than `maxBytes`. */
export async function* jsonLines(stream: AsyncIterable<Buffer | string>, maxBytes: number): AsyncGenerator<unknown> {
  let rest = Buffer.alloc(0)
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, Buffer.from(chunk)])
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.subarray(0, end).toString()
      rest = rest.subarray(end + 1)
      if (line.trim()) yield parse(line)
    }
    if (rest.length > maxBytes) throw new Error(`a line of more than ${maxBytes} bytes`)
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new Error('a line that is no JSON')
  }
}
