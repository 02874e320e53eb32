import { add, matMul, type Matrix, type Vector } from '../../tensor/ops.js';

/** x W + b: [T, in] x [in, out] (+ [out]) */
export const linear = (x: Matrix, weight: Matrix, bias?: Vector): Matrix => (bias === undefined ? matMul(x, weight) : add(matMul(x, weight), bias));
