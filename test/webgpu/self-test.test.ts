import { it } from 'node:test';
import { openDevice } from '../../src/compute/registry';
import { testDevice } from '../../src/train/self-test';

it('passes the test that a device passes before it works', async () => {
  await testDevice(await openDevice('webgpu'), await openDevice('cpu'));
});
