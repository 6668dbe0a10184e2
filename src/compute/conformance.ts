import { describe } from 'node:test';
import { attentionSuite } from './conformance/attention';
import { dropoutSuite } from './conformance/dropout';
import { elementwiseSuite } from './conformance/elementwise';
import { linearSuite } from './conformance/linear';
import { lossSuite } from './conformance/loss';
import { memorySuite } from './conformance/memory';
import { normSuite } from './conformance/norm';
import { optimizerSuite } from './conformance/optimizer';
import { pytorchSuite } from './conformance/pytorch';
import { ropeSuite } from './conformance/rope';
import { rowsSuite } from './conformance/rows';
import type { Device } from './device';

/**
 * Registers the tests that every device must pass: each forward against a reference in double precision, each backward against
 * central differences of that reference, and the refusals of the interface.
 */
export function describeDevice(name: string, create: () => Device): void {
  let device: Device | undefined;
  const get = (): Device => (device ??= create());
  void describe(name, () => {
    memorySuite(get);
    linearSuite(get);
    normSuite(get);
    ropeSuite(get);
    attentionSuite(get);
    elementwiseSuite(get);
    dropoutSuite(get);
    rowsSuite(get);
    lossSuite(get);
    optimizerSuite(get);
    pytorchSuite(get);
  });
}
