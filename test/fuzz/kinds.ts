import type { FuzzKind } from './kind';
import { adapters } from './kinds/adapters';
import { chatMarkdown } from './kinds/chat-markdown';
import { configurations } from './kinds/configurations';
import { datasets } from './kinds/datasets';
import { modelFolders } from './kinds/model-folders';
import { requests } from './kinds/requests';
import { runFolders } from './kinds/run-folders';
import { templates } from './kinds/templates';
import { tokenizers } from './kinds/tokenizers';
import { trainedRuns } from './kinds/trained-runs';

/** In turn: case 0 is of the first, case 1 of the second. */
export const KINDS: readonly FuzzKind[] = [
  modelFolders,
  adapters,
  templates,
  chatMarkdown,
  datasets,
  tokenizers,
  runFolders,
  trainedRuns,
  requests,
  configurations,
];
