import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error';

/** Origins that VS Code's webviews have; no page on the web can have one. */
const WEBVIEW_ORIGIN = /^vscode-webview:\/\//;

/**
 * Lets in who knows the token and came by the loopback address itself.
 * - A web page that rebinds its own name to 127.0.0.1 sends that name as Host.
 * - A web page that calls 127.0.0.1 outright sends its Origin.
 * @throws ApiError 403 or 401
 */
export function guard(request: IncomingMessage, port: number, token: string): void {
  const hosts = valuesOf(request, 'host');
  if (hosts.length !== 1 || ![`127.0.0.1:${port}`, `localhost:${port}`].includes(hosts[0]!.toLowerCase())) {
    throw new ApiError(403, `requests must go to 127.0.0.1:${port} or localhost:${port}`, { code: 'host_not_allowed' });
  }
  if (valuesOf(request, 'origin').some((origin) => !WEBVIEW_ORIGIN.test(origin))) {
    throw new ApiError(403, 'web pages may not use this server', { code: 'origin_not_allowed' });
  }
  const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (given === undefined || !sameText(given, token)) {
    const message =
      given === undefined
        ? 'the token is missing: send it as "Authorization: Bearer TOKEN"'
        : 'the token is wrong: use the one that `sft serve` printed';
    const headers = { 'www-authenticate': 'Bearer' };
    throw new ApiError(401, message, { code: 'invalid_api_key', headers });
  }
}

/** All values of a header; `headers` keeps the first of two only. */
function valuesOf(request: IncomingMessage, name: string): string[] {
  return request.rawHeaders.filter((_, i, all) => i % 2 === 1 && all[i - 1]!.toLowerCase() === name);
}

/** In a time that does not tell how much of it is right. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
