import type { LlamaModel } from '../model/llama';
import type { ChatTokenizer } from '../text/chat-tokenizer';
import type { OpenedModel } from '../runs/open-trained';
import { ApiError } from './api-error';

/** A model that can be opened: the base model or what training made of it. */
export interface ModelSource {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Another value where the files behind the id are others than before. */
  readonly version: string;
  /** @throws SftError */
  open(): OpenedModel;
}

/** What a server offers: models of one shape with one tokenizer. */
export interface ModelCatalog {
  readonly chat: ChatTokenizer;
  list(): Promise<readonly ModelSource[]>;
}

/** Opened models that nobody uses and that are kept for the next request. */
const KEPT = 4;

interface Shelved {
  readonly id: string;
  readonly version: string;
  readonly opened: OpenedModel;
  users: number;
}

/** Opens models when they are first asked for and keeps the last ones open. */
export class ModelShelf {
  /** Used last at the end. */
  private shelved: Shelved[] = [];

  /** @param onFree told of a model before it is freed */
  constructor(
    private readonly catalog: ModelCatalog,
    private readonly onFree: (model: LlamaModel) => void,
  ) {}

  /**
   * Runs `work` with a model, which stays open until it is done.
   * @throws ApiError 404, and what opening throws
   */
  async use<T>(id: string, work: (model: LlamaModel) => Promise<T>): Promise<T> {
    const sources = await this.catalog.list();
    const source = sources.find((known) => known.id === id);
    if (source === undefined) {
      const known = sources.map((model) => model.id).join(', ');
      throw new ApiError(404, `there is no model ${JSON.stringify(id)}; there are ${known}`, {
        param: 'model',
        code: 'model_not_found',
      });
    }
    const shelved = this.take(source);
    shelved.users++;
    try {
      return await work(shelved.opened.model);
    } finally {
      shelved.users--;
      this.tidy(sources);
    }
  }

  /** Frees all; nobody may use one any more. */
  close(): void {
    for (const shelved of [...this.shelved]) this.free(shelved);
  }

  private take(source: ModelSource): Shelved {
    const found = this.shelved.find(({ id, version }) => id === source.id && version === source.version);
    const shelved = found ?? { id: source.id, version: source.version, opened: source.open(), users: 0 };
    this.shelved = [...this.shelved.filter((other) => other !== shelved), shelved];
    return shelved;
  }

  /** Frees what nobody uses: older versions, and of the rest all but the last few. */
  private tidy(sources: readonly ModelSource[]): void {
    const idle = this.shelved.filter(({ users }) => users === 0);
    const current = ({ id, version }: Shelved): boolean =>
      sources.some((source) => source.id === id && source.version === version);
    for (const [i, shelved] of idle.entries()) {
      if (!current(shelved) || i < idle.length - KEPT) this.free(shelved);
    }
  }

  private free(shelved: Shelved): void {
    this.shelved = this.shelved.filter((other) => other !== shelved);
    this.onFree(shelved.opened.model);
    shelved.opened.free();
  }
}
