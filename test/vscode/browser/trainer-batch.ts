import { isHeld } from '../../../src/base/spans';
import { loadChatTokenizer } from '../../../src/text/chat-tokenizer';
import { OUR_COLUMNS } from '../../../src/dataset/columns';
import { encodeDataset } from '../../../src/train/examples/refuse-unfit';

const MAX_SEQ_LENGTH = 1024;

/** One example's tokens as the trainer batches them: their ids, and whether each is learnt. */
export async function trainerBatch(
  file: string,
  model: string,
  index: number,
): Promise<{ id: number; trained: boolean }[]> {
  const source = { file, columns: OUR_COLUMNS };
  const { encoded } = await encodeDataset(source, await loadChatTokenizer(model), { maxSeqLength: MAX_SEQ_LENGTH });
  const { ids, trained } = encoded[index]!;
  return Array.from(ids, (id, at) => ({ id, trained: isHeld(trained, at) }));
}
