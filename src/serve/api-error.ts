import { formatError } from '../base/errors';
import { asSftError } from '../base/system-error';

export interface ApiErrorDetails {
  /** The field of the request that is wrong. */
  readonly param?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused, as HTTP status and in OpenAI's words. */
export class ApiError extends Error {
  readonly status: number;
  readonly param: string | undefined;
  readonly code: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, details: ApiErrorDetails = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.param = details.param;
    this.code = details.code;
    this.headers = details.headers ?? {};
  }

  /** `{"error": {message, type, param, code}}`: what OpenAI's clients read. */
  get body(): object {
    const { message, status, param, code } = this;
    const type = status >= 500 ? 'server_error' : 'invalid_request_error';
    return { error: { message, type, param: param ?? null, code: code ?? null } };
  }
}

/** What a client is told of any error; `log` is told of those that are not the client's. */
export function asApiError(error: unknown, log: (line: string) => void): ApiError {
  if (error instanceof ApiError) return error;
  const told = asSftError(error);
  if (told !== undefined) {
    log(formatError(told));
    return new ApiError(500, formatError(told), { code: told.code });
  }
  log(`this is a bug in sft: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new ApiError(500, 'the server failed; see its log', { code: 'internal_error' });
}
