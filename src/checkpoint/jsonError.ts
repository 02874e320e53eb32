export type JsonFault = 'unfinished' | 'invalid' | 'duplicate' | 'too-deep' | 'too-many';

/** What is wrong with a text; `key` is the one that an object has twice. */
export class JsonError extends Error {
  constructor(readonly fault: JsonFault, readonly key = '') {
    super(fault);
  }
}
