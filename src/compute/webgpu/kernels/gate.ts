import type { Gate } from '../../recorder';
import { elementwise } from '../program';
import type { Kernel } from '../kernel';
import { NUMERIC } from './numeric';

/** A gate's arithmetic in WGSL: of act(g) u, and from its gradient d those of g and u. */
interface GateCode {
  readonly library: string;
  readonly forward: string;
  /** Statements that make `dg` and `du`. */
  readonly backward: string;
}

/** With s = sigmoid(g): du = d g s, dg = d u s (1 + g (1 - s)). */
const SILU: GateCode = {
  library: NUMERIC,
  forward: 'g * sigmoid(g) * u',
  backward: 'let s = sigmoid(g); let dg = d * u * s * (1.0 + g * (1.0 - s)); let du = d * g * s;',
};
/** sigmoid(2 v) with v = sqrt(2 / pi) (g + 0.044715 g^3): GELU's tanh form is g times that. du = d g s, dg = d u (s + g s (1 - s) (2 v)'). */
const GELU: GateCode = {
  library: `${NUMERIC}
fn gate_share(g: f32) -> f32 { return sigmoid(1.5957691216057308 * g * (1.0 + 0.044715 * g * g)); }`,
  forward: 'g * gate_share(g) * u',
  backward: `let s = gate_share(g);
    let dg = d * u * (s + g * s * (1.0 - s) * 1.5957691216057308 * (1.0 + 0.134145 * g * g)); let du = d * g * s;`,
};

export const GATES: Readonly<Record<Gate['activation'], GateCode>> = { silu: SILU, gelu: GELU };

const forwardProgram = (name: string, { library, forward }: GateCode) =>
  elementwise(name, ['h', 'gate', 'up'], {}, `let g = gate_at(i); let u = up_at(i); h_put(i, ${forward});`, library);
const backwardProgram = (name: string, { library, backward }: GateCode) =>
  elementwise(
    `${name} backward`,
    ['dgate', 'dup', 'dh', 'gate', 'up'],
    {},
    `let g = gate_at(i); let u = up_at(i); let d = dh_at(i); ${backward}
    dgate_put(i, dg);
    dup_put(i, du);`,
    library,
  );
const [SWIGLU, GEGLU] = [forwardProgram('swiglu', SILU), forwardProgram('geglu', GELU)];
const [SWIGLU_BACKWARD, GEGLU_BACKWARD] = [backwardProgram('swiglu', SILU), backwardProgram('geglu', GELU)];

export const swiglu: Kernel<'swiglu'> = (r, h, gate, up) => {
  r.eachOf(SWIGLU, { h, gate, up });
};

export const geglu: Kernel<'geglu'> = (r, h, gate, up) => {
  r.eachOf(GEGLU, { h, gate, up });
};

export const swigluBackward: Kernel<'swigluBackward'> = (r, dgate, dup, dh, gate, up) => {
  r.eachOf(SWIGLU_BACKWARD, { dgate, dup, dh, gate, up });
};

export const gegluBackward: Kernel<'gegluBackward'> = (r, dgate, dup, dh, gate, up) => {
  r.eachOf(GEGLU_BACKWARD, { dgate, dup, dh, gate, up });
};
