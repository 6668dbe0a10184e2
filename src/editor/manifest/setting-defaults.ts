import type manifest from '../../../package.json';
import type { RuleSetting } from '../../analysis/protocol';
import { NEAR_DUPLICATE_THRESHOLD } from '../../dataset/near/near-threshold';

type KeysOf<T> = T extends unknown ? keyof T : never;

/** The settings that package.json declares, as it names them. */
export type SettingId = KeysOf<(typeof manifest)['contributes']['configuration'][number]['properties']>;

/** Each setting with its default, which a test compares with package.json's. One more or one less than there does not compile. */
export const SETTING_DEFAULTS = {
  'sft.dataset.files': [] as readonly string[],
  'sft.rules': {} as Readonly<Record<string, RuleSetting>>,
  'sft.nearDuplicateThreshold': NEAR_DUPLICATE_THRESHOLD as number,
  'sft.worstExamples': 5 as number,
  'sft.model': '' as string,
  'sft.maxSeqLength': null as number | null,
  'sft.python': '' as string,
  'sft.node': '' as string,
} satisfies Readonly<Record<SettingId, unknown>>;

export type SettingValue<S extends SettingId> = (typeof SETTING_DEFAULTS)[S];
