// A byte-level vocabulary of any size: 256 bytes, then made-up words that merge from letters. Peers are given token ids, but they open
// no file without a tokenizer.

function byteCharacters() {
  const printable = (byte) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
}

/** @returns {{ tokens: string[], merges: string[] }} `size` tokens, the last a special one, and what merges to them */
export function makeVocabulary(size) {
  const tokens = byteCharacters();
  const known = new Set(tokens);
  const merges = [];
  const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
  for (let grown = ['\u0120', ...letters]; tokens.length < size - 1;) {
    const longer = [];
    for (const start of grown) {
      for (const letter of letters) {
        const token = start + letter;
        if (tokens.length === size - 1 || known.has(token)) continue;
        known.add(token);
        tokens.push(token);
        merges.push(`${start} ${letter}`);
        longer.push(token);
      }
    }
    grown = longer;
  }
  return { tokens: [...tokens, '<|endoftext|>'], merges };
}
