import { LensError } from '../../base/errors.js';
import type { Tokenizer } from '../encoding.js';
import { compileDisplay } from '../display.js';
import { readBytes } from './folder.js';
import { invalid, unsupported } from '../json.js';
import { byteTokens, type Model } from '../models/model.js';
import { buildTokenizer } from '../pipeline.js';
import { compileScored } from '../models/scoredMerges.js';
import { readSentencePiece, type PieceType, type SentencePieceFile } from './sentencePieceFile.js';
import { sentencePieceNormalizer } from '../normalize/sentencePieceNormalize.js';
import { sentencePieceUnigram } from '../models/sentencePieceUnigram.js';
import { readSlowSettings, type SlowSettings } from './slowSettings.js';
import { TextTrie } from '../textTrie.js';
import { compileTiktoken, looksLikeTiktoken } from './tiktoken.js';

export const SENTENCE_PIECE_NAME = 'tokenizer.model';

/** Classes that put BOS in front unless told otherwise; without a class it is Llama's, as the paper's own checkpoint has it. */
const ADD_BOS = new Set(['', 'LlamaTokenizer', 'CodeLlamaTokenizer', 'GemmaTokenizer']);
/** Classes whose ids are not those of the file. */
const OTHER_IDS = new Set(['XLMRobertaTokenizer', 'CamembertTokenizer', 'BarthezTokenizer', 'MBartTokenizer', 'MBart50Tokenizer', 'NllbTokenizer', 'XGLMTokenizer', 'PegasusTokenizer', 'BigBirdTokenizer', 'DebertaV2Tokenizer']);

/**
 * The tokenizer of a folder with a SentencePiece tokenizer.model: its pieces, and around them the special tokens that
 * transformers' classes of Llama's kind have. Throws E_TOKENIZER_INVALID or E_UNREADABLE.
 */
export async function readSentencePieceFolder(folder: string): Promise<Tokenizer> {
  const bytes = await readBytes(folder, SENTENCE_PIECE_NAME);
  if (bytes === undefined) throw new LensError('E_TOKENIZER_MISSING', `${SENTENCE_PIECE_NAME} is gone from ${folder}.`);
  const settings = await readSlowSettings(folder);
  return looksLikeTiktoken(bytes) ? compileTiktoken(bytes, SENTENCE_PIECE_NAME, settings) : compileSentencePiece(readSentencePiece(bytes), settings);
}

export function compileSentencePiece(file: SentencePieceFile, settings: SlowSettings): Tokenizer {
  if (OTHER_IDS.has(settings.tokenizerClass)) throw unsupported(`the class ${settings.tokenizerClass}, which renumbers its tokens`);
  if (file.spacesAsSuffix) throw unsupported('spaces at the end of words');
  const names = file.pieces.map(({ text }) => text);
  const vocabulary = new Map(names.map((text, id) => [text, id]));
  if (vocabulary.size < names.length) throw invalid(SENTENCE_PIECE_NAME, 'has the same token twice');
  const kept = new TextTrie<number>();
  for (const [text, id] of idsOf(file, 'user-defined')) kept.set(text, id);
  const control = idsOf(file, 'control');
  const bos = settings.special('bos_token') ?? (control.has(file.bosPiece) ? file.bosPiece : undefined);
  const eos = settings.special('eos_token') ?? (control.has(file.eosPiece) ? file.eosPiece : undefined);
  const unknown = file.pieces.find(({ type }) => type === 'unknown')?.text;
  const added = settings.added(vocabulary, [bos, eos, unknown].filter((text) => text !== undefined));
  const legacy = settings.flag('legacy', true);
  /** A special token as a part of the template; nothing if the vocabulary was made without it. */
  const idOf = (text: string | undefined): readonly number[] => {
    const id = text === undefined ? undefined : (added.find(({ content }) => content === text)?.id ?? vocabulary.get(text));
    return id === undefined ? [] : [id];
  };
  return buildTokenizer({
    names,
    added,
    normalize: sentencePieceNormalizer(file, kept, legacy),
    preTokenize: (piece) => (piece.text === '' ? [] : [piece]),
    model: compileModel(file),
    template: [
      ...(settings.flag('add_bos_token', ADD_BOS.has(settings.tokenizerClass)) ? idOf(bos) : []),
      'text',
      ...(settings.flag('add_eos_token', false) ? idOf(eos) : []),
    ],
    display: compileDisplay({ decoder: { type: 'Metaspace', replacement: '\u2581' } }),
  });
}

function compileModel(file: SentencePieceFile): Model {
  const unknown = file.pieces.findIndex(({ type }) => type === 'unknown');
  const bytes = file.byteFallback ? byteTokens(idsOf(file, 'byte')) : undefined;
  const common = { bytes, unknown: unknown < 0 ? undefined : unknown };
  switch (file.algorithm) {
    case 'bpe': return compileScored({
      ...common,
      vocabulary: new Map([...idsOf(file, 'normal'), ...idsOf(file, 'unused'), ...idsOf(file, 'user-defined')]),
      scores: file.pieces.map(({ score }) => score),
      frozen: idsOf(file, 'user-defined'),
      unused: new Set(idsOf(file, 'unused').values()),
    });
    case 'unigram': return sentencePieceUnigram({ ...common, pieces: file.pieces });
    case 'word': case 'char': throw unsupported(`SentencePiece's algorithm "${file.algorithm}"`);
  }
}

function idsOf({ pieces }: SentencePieceFile, wanted: PieceType): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const [id, { text, type }] of pieces.entries()) if (type === wanted) ids.set(text, id);
  return ids;
}
