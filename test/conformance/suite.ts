import { before, describe } from 'node:test';
import { attentionSuite } from './attention';
import { coarseSuite } from './coarse';
import { dropoutSuite } from './dropout';
import { elementwiseSuite } from './elementwise';
import { linearSuite } from './linear';
import { lossSuite } from './loss';
import { memorySuite } from './memory';
import { nf4Suite } from './nf4';
import { magnitudeSuite } from './magnitude';
import { noiseSuite } from './noise';
import { normSuite } from './norm';
import { optimizerSuite } from './optimizer';
import { optimizer8bitSuite } from './optimizer-8bit';
import { pytorchSuite } from './pytorch';
import { ropeSuite } from './rope';
import { rowsSuite } from './rows';
import type { Device } from '../../src/compute/device';

/**
 * Registers the tests that every device must pass: each forward against a reference in double precision, each backward against
 * central differences of that reference, and the refusals of the interface.
 */
export function describeDevice(name: string, create: () => Device | Promise<Device>): void {
  let device: Device | undefined;
  const get = (): Device => device!;
  void describe(name, () => {
    before(async () => {
      device = await create();
    });
    memorySuite(get);
    linearSuite(get);
    nf4Suite(get);
    normSuite(get);
    ropeSuite(get);
    attentionSuite(get);
    elementwiseSuite(get);
    dropoutSuite(get);
    noiseSuite(get);
    rowsSuite(get);
    magnitudeSuite(get);
    lossSuite(get);
    optimizerSuite(get);
    optimizer8bitSuite(get);
    coarseSuite(get);
    pytorchSuite(get);
  });
}
