import { describe, expect, it } from 'vitest';
import { hubCacheFolder } from '../../../src/checkpoint/hubCache.js';

const at = (platform: NodeJS.Platform, env: Readonly<Record<string, string>>, home?: string): string => hubCacheFolder({ platform, env, ...(home === undefined ? {} : { home }) });

describe('hubCacheFolder', () => {
  const all = { HF_HUB_CACHE: '/1', HUGGINGFACE_HUB_CACHE: '/2', HF_HOME: '/3', XDG_CACHE_HOME: '/4' };

  it('takes the first variable that is set and not empty', () => {
    expect(at('linux', all)).toBe('/1');
    expect(at('linux', { ...all, HF_HUB_CACHE: '' })).toBe('/2');
    expect(at('linux', { HF_HOME: '/3', XDG_CACHE_HOME: '/4' })).toBe('/3/hub');
    expect(at('linux', { XDG_CACHE_HOME: '/4' })).toBe('/4/huggingface/hub');
  });

  it('is in the home folder otherwise, on every system', () => {
    expect(at('linux', { HOME: '/home/a' })).toBe('/home/a/.cache/huggingface/hub');
    expect(at('darwin', { HOME: '/Users/a' })).toBe('/Users/a/.cache/huggingface/hub');
    expect(at('win32', { USERPROFILE: 'C:\\Users\\a' })).toBe('C:\\Users\\a\\.cache\\huggingface\\hub');
    expect(at('linux', { HOME: '/home/a' }, '/given')).toBe('/given/.cache/huggingface/hub');
  });

  it('expands a leading ~ in a variable', () => {
    expect(at('linux', { HF_HUB_CACHE: '~/models', HOME: '/home/a' })).toBe('/home/a/models');
    expect(at('win32', { HF_HOME: '~\\hf', USERPROFILE: 'C:\\Users\\a' })).toBe('C:\\Users\\a\\hf\\hub');
    expect(at('linux', { HF_HUB_CACHE: '~other', HOME: '/home/a' })).toBe('~other');
  });
});
