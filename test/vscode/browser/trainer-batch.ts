import { isHeld } from '../../../src/base/spans';
import { loadChatTokenizer } from '../../../src/text/chat-tokenizer';
import { readDataset } from '../../../src/dataset/read';
import { encodeDataset } from '../../../src/train/encode-dataset';

const MAX_SEQ_LENGTH = 1024;

/** One example's tokens as the trainer batches them: their ids, and whether each is learnt. */
export async function trainerBatch(
  file: string,
  model: string,
  index: number,
): Promise<{ id: number; trained: boolean }[]> {
  const encoded = await encodeDataset(await readDataset(file), await loadChatTokenizer(model), MAX_SEQ_LENGTH);
  const { ids, trained } = encoded[index]!;
  return Array.from(ids, (id, at) => ({ id, trained: isHeld(trained, at) }));
}
