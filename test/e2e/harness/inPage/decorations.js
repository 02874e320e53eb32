// Runs in the page: what decorations draw into the lines in view. The text is in no element: it is the `content` of a
// ::before or ::after, of an element whose class starts with "ced-".
(() => {
  const SPACES = /\u00a0/g;
  const drawn = (element, side) => {
    const style = getComputedStyle(element, side);
    const quoted = /^"(.*)"$/s.exec(style.content);
    return quoted && quoted[1] !== '' ? { text: quoted[1].replaceAll('\\"', '"').replace(SPACES, ' '), color: style.color, background: style.backgroundColor } : undefined;
  };
  const ofLine = (line) => {
    const text = line.textContent.replace(SPACES, ' ');
    const found = [];
    let length = 0;
    for (const span of line.querySelectorAll('span > span')) {
      const sides = /(^| )ced-/.test(span.className) ? [drawn(span, '::before'), drawn(span, '::after')] : [];
      if (sides[0]) found.push({ ...sides[0], line: text, before: text.slice(0, length) });
      length += span.textContent.length;
      if (sides[1]) found.push({ ...sides[1], line: text, before: text.slice(0, length) });
    }
    return found;
  };
  const top = (line) => Number.parseFloat(line.style.top);
  return [...document.querySelectorAll('.editor-instance .monaco-editor .view-line')].sort((a, b) => top(a) - top(b)).flatMap(ofLine);
})();
