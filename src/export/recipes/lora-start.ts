import { loraStart } from '../../config/lora-start';
import type { TakenKeys } from './taken-keys';

/** init_lora_weights for a tool that hands it to PEFT; true where PEFT would not take it so. */
export function takeStart(keys: TakenKeys): boolean | string {
  const kind = loraStart(keys.peek('init_lora_weights'))?.kind;
  if (kind === 'loftq') {
    keys.cannot(
      'init_lora_weights',
      "PEFT's own quantises weights of 16 bits by itself and saves them as a second model",
    );
    return true;
  }
  if (kind === 'pissa' && keys.peek('load_in_4bit')) {
    keys.cannot('init_lora_weights', 'PEFT starts so from weights of 16 bits alone');
    return true;
  }
  return keys.take('init_lora_weights');
}
