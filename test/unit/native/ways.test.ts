import { describe, expect, it } from 'vitest';
import { LIBRARIES } from '../../../src/native/place.js';
import { placeInStore } from '../../../src/native/unpackWheel.js';
import { planOf, waysFor } from '../../../src/native/ways.js';

const linux = { platform: 'linux', arch: 'x64', glibc: true };

describe('the way to the native library', () => {
  it('is the package\'s own installer, then the wheel where there is one', () => {
    expect(waysFor(linux, false)).toEqual(['installer', 'wheel']);
    for (const [platform, arch] of [['darwin', 'arm64'], ['darwin', 'x64'], ['win32', 'x64'], ['linux', 'arm64']] as const) {
      expect(waysFor({ platform, arch, glibc: platform === 'linux' }, false)).toEqual(['installer']);
      expect(waysFor({ platform, arch, glibc: platform === 'linux' }, true)).toEqual(['installer']);
    }
  });

  it('is the wheel alone where only package registries may be asked', () => {
    expect(waysFor(linux, true)).toEqual(['wheel']);
  });

  it('is told where there is none', () => {
    expect(() => waysFor({ ...linux, glibc: false }, false)).toThrow(expect.objectContaining({ code: 'E_NATIVE_SETUP', message: expect.stringContaining('glibc') as string }) as Error);
    expect(() => waysFor({ ...linux, arch: 'riscv64' }, false)).toThrow(expect.objectContaining({ code: 'E_NATIVE_SETUP', message: 'There is no TensorFlow library for linux-riscv64.' }) as Error);
  });

  it('is planned with the most that it may take', () => {
    const both = planOf(waysFor(linux, false));
    expect(both).toEqual(planOf(['wheel']));
    expect(both.diskBytes).toBeGreaterThan(900e6);
    expect(planOf(['installer']).diskBytes).toBeLessThan(both.diskBytes);
  });
});

describe('of the wheel', () => {
  it('only libraries, C headers and licence notices are taken', () => {
    expect(LIBRARIES.map((name) => placeInStore(`tensorflow/${name}`))).toEqual(LIBRARIES.map((name) => `lib/${name}`));
    expect(placeInStore('tensorflow/include/tensorflow/c/c_api.h')).toBe('include/tensorflow/c/c_api.h');
    expect(placeInStore('tensorflow/THIRD_PARTY_NOTICES.txt')).toBe('THIRD_PARTY_NOTICES.txt');
    for (const name of ['tensorflow/include/tensorflow/c/c_api.cc', 'tensorflow/include/eigen/Core.h', 'tensorflow/python/lib.py', 'tensorflow/lib/libtensorflow_cc.so.2']) expect(placeInStore(name)).toBeUndefined();
  });
});
