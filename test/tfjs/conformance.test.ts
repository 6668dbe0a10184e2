import { openDevice } from '../../src/compute/registry';
import { describeDevice } from '../conformance/suite';

describeDevice('tfjs', () => openDevice('tfjs'));
