import type { Device, Tensor } from '../device.js';

/**
 * What is made of gate and up, element by element: silu(gate) * up, or gpt-oss's gate * sigmoid(1.702 gate) * (up + 1) with gate limited
 * from above and up from both sides (`swiglu_limit`; transformers `modeling_gpt_oss.py`, GptOssExperts).
 */
export type Activation = { readonly kind: 'silu' } | { readonly kind: 'clamped'; readonly limit: number };

export function activate(device: Device, activation: Activation, gate: Tensor, up: Tensor): Tensor {
  if (activation.kind === 'silu') return device.multiply(device.multiply(gate, device.sigmoid(gate)), up);
  const limited = device.clip(gate, -Infinity, activation.limit);
  const swish = device.multiply(limited, device.sigmoid(device.scale(limited, 1.702)));
  return device.multiply(swish, device.increment(device.clip(up, -activation.limit, activation.limit), 1));
}
