/** Which ways there are to TensorFlow's native library on a machine, what each needs and how much it weighs. */
import { LensError } from '../base/errors.js';
import type { SetupPlan } from '../protocol/setupApi.js';

/**
 * `installer`: tfjs-node's own script, which downloads from a server outside of the package registries. `wheel`: the library out of a
 * wheel of PyPI, the binding compiled.
 */
export type Way = 'installer' | 'wheel';

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** Only asked on Linux. */
  readonly glibc: boolean;
}

const MB = 1e6;
/** The npm packages alone. The downloads and the disk below were measured on Linux x64; of tfjs-node's own script they are estimates. */
export const PACKAGES = { downloadBytes: 115 * MB, diskBytes: 291 * MB };
export const WHEEL = { downloadBytes: 207 * MB, diskBytes: 616 * MB };
const INSTALLER = { downloadBytes: 150 * MB, diskBytes: 450 * MB };

/** What tfjs-node 4.22.0's own script has downloads for. Source: its scripts/install.js. */
const INSTALLER_HAS: ReadonlySet<string> = new Set(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']);

/**
 * The ways to try, in order.
 * @param registriesOnly leaves out what downloads from elsewhere, wherever there is another way
 * @throws E_NATIVE_SETUP where there is none
 */
export function waysFor({ platform, arch, glibc }: Machine, registriesOnly: boolean): readonly Way[] {
  if (platform === 'linux' && !glibc) throw noWay('TensorFlow needs glibc, which this Linux does not have.');
  const place = `${platform}-${arch}`;
  if (!INSTALLER_HAS.has(place)) throw noWay(`There is no TensorFlow library for ${place}.`);
  if (place !== 'linux-x64') return ['installer'];
  return registriesOnly ? ['wheel'] : ['installer', 'wheel'];
}

/** The most that the ways may take. */
export function planOf(ways: readonly Way[]): SetupPlan {
  const sizes = ways.map((way) => (way === 'wheel' ? WHEEL : INSTALLER));
  return {
    downloadBytes: PACKAGES.downloadBytes + Math.max(...sizes.map(({ downloadBytes }) => downloadBytes)),
    diskBytes: PACKAGES.diskBytes + Math.max(...sizes.map(({ diskBytes }) => diskBytes)),
  };
}

function noWay(why: string): LensError {
  return new LensError('E_NATIVE_SETUP', why, 'MoE Lens runs on WebAssembly here.');
}
