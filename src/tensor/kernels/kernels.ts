import type { Device } from '../device.js';
import { attend } from './attend.js';
import { experts } from './experts.js';
import { linear } from './linear.js';
import { normaliser } from './normaliser.js';

/**
 * What a lane can be asked to do: synchronous work on shared memory. Each takes a Device and its arguments, and writes its results into
 * arrays among the arguments.
 */
const KERNELS = { linear, experts, attend, normaliser };
export type KernelName = keyof typeof KERNELS;
export type KernelArgs<K extends KernelName> = Parameters<(typeof KERNELS)[K]>[1];

export function runKernel<K extends KernelName>(device: Device, kernel: K, args: KernelArgs<K>): void {
  // the table has for each name the kernel that takes its arguments
  (KERNELS[kernel] as (device: Device, args: KernelArgs<K>) => void)(device, args);
}
