import type { Encoding } from './encoding.js';
import { asArray, asId, asObject, asString, flatten, invalid, type Json } from './json.js';

/** The whole output: ids of special tokens, and 'text' where the text's own tokens go. */
export type Template = readonly (number | 'text')[];

/**
 * The `post_processor` of tokenizer.json for one text with its special tokens. The ids are those that it names
 * itself. `trim_offsets` is of no account: the spans of a trace cover the text.
 */
export function compileTemplate(value: unknown): Template {
  return flatten(value, 'processors', 'post_processor').reduce<Template>((inner, step) => {
    const outer = compileStep(step);
    return outer.flatMap((item) => (item === 'text' ? inner : [item]));
  }, ['text']);
}

function compileStep(step: Json): Template {
  const type = asString(step.type, 'post_processor.type');
  switch (type) {
    case 'ByteLevel': return ['text'];
    case 'BertProcessing': case 'RobertaProcessing': return [pairId(step.cls, 'post_processor.cls'), 'text', pairId(step.sep, 'post_processor.sep')];
    case 'TemplateProcessing': return readTemplate(step);
    default: throw invalid('post_processor.type', `names no known post-processor: ${JSON.stringify(type)}`);
  }
}

/** ["<token>", id] */
function pairId(value: unknown, where: string): number {
  return asId(asArray(value, where)[1], where);
}

function readTemplate(step: Json): Template {
  const special = asObject(step.special_tokens ?? {}, 'post_processor.special_tokens');
  return asArray(step.single, 'post_processor.single').flatMap((entry, i): Template => {
    const where = `post_processor.single[${i}]`;
    const item = asObject(entry, where);
    if (item.Sequence !== undefined) return asObject(item.Sequence, where).id === 'A' ? ['text'] : [];
    const name = asString(asObject(item.SpecialToken, where).id, where);
    if (!Object.hasOwn(special, name)) throw invalid(where, `names a special token without ids: ${JSON.stringify(name)}`);
    return asArray(asObject(special[name], `post_processor.special_tokens.${name}`).ids, where).map((id) => asId(id, where));
  });
}

/** The text's tokens with the special tokens around them, which take nothing from the text: [0, 0). */
export function applyTemplate(template: Template, body: Encoding): Encoding {
  if (template.length === 1 && template[0] === 'text') return body;
  const length = template.reduce<number>((sum, item) => sum + (item === 'text' ? body.ids.length : 1), 0);
  const out = { ids: new Int32Array(length), starts: new Int32Array(length), ends: new Int32Array(length) };
  let at = 0;
  for (const item of template) {
    if (item === 'text') {
      out.ids.set(body.ids, at);
      out.starts.set(body.starts, at);
      out.ends.set(body.ends, at);
      at += body.ids.length;
    } else out.ids[at++] = item;
  }
  return out;
}
