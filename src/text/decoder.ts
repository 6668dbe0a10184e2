import { SftError } from '../base/errors';
import { CHAR_TO_BYTE } from './byte-alphabet';
import type { JsonObject } from '../base/fetched-file';
import { replacementOf } from './metaspace';
import { isObject, textField, SUPPORTED_TOKENIZERS } from './model-files';

/** Turns token texts into text, one at a time. What `push` returns is final; the rest waits for `end`. */
export interface DecoderStream {
  push(token: string): string;
  end(): string;
}

/** One link: takes pieces, gives the pieces that can no longer change. */
interface Link {
  push(piece: string): readonly string[];
  end(): readonly string[];
}

type CreateLink = () => Link;

/**
 * tokenizer.json's `decoder`, as the tokenizers library applies it to the whole sequence, but written as a stream: the
 * concatenation of what the stream gives is the decoded text. Known: ByteLevel, ByteFallback, Fuse, Strip, Replace,
 * Metaspace and Sequence; any other is refused by name.
 */
export function createDecoder(config: unknown, file: string): () => DecoderStream {
  const parts = flatten(config, file);
  const fuse = parts.findIndex((part) => part['type'] === 'Fuse');
  const makers = parts.map((part, index) => createLink(part, fuse !== -1 && index > fuse, file));
  return () => {
    const links = makers.map((make) => make());
    const through = (pieces: readonly string[], from: number): readonly string[] => {
      let current = pieces;
      for (let i = from; i < links.length; i++) current = current.flatMap((piece) => links[i]!.push(piece));
      return current;
    };
    return {
      push: (token) => through([token], 0).join(''),
      end() {
        let text = '';
        for (const [index, link] of links.entries()) text += through(link.end(), index + 1).join('');
        return text;
      },
    };
  };
}

function flatten(config: unknown, file: string): JsonObject[] {
  // Without a decoder the library joins tokens with spaces.
  if (config === null || config === undefined) return [{ type: 'Spaces' }];
  if (!isObject(config)) throw unsupported('without a type', file);
  if (config['type'] !== 'Sequence') return [config];
  const parts: readonly unknown[] = Array.isArray(config['decoders']) ? config['decoders'] : [];
  return parts.flatMap((part) => flatten(part, file));
}

function createLink(config: JsonObject, fused: boolean, file: string): CreateLink {
  switch (config['type']) {
    case 'ByteLevel':
      return byteLevel;
    case 'ByteFallback':
      return byteFallback;
    case 'Fuse':
      return () => map((piece) => piece);
    case 'Spaces':
      return () => map((piece, index) => (index === 0 ? piece : ` ${piece}`));
    case 'Metaspace': {
      const mark = replacementOf(config, file);
      const prepended = (config['prepend_scheme'] ?? 'always') !== 'never' && config['add_prefix_space'] !== false;
      return () => map((piece, index) => piece.replaceAll(mark, index === 0 && prepended ? '' : ' '));
    }
    case 'Replace': {
      const pattern = isObject(config['pattern']) ? config['pattern']['String'] : undefined;
      if (typeof pattern !== 'string' || (fused && Array.from(pattern).length > 1))
        throw unsupported('Replace of a pattern', file);
      const content = textField(config, 'content', file);
      return () => map((piece) => piece.replaceAll(pattern, () => content));
    }
    case 'Strip': {
      const content = textField(config, 'content', file);
      const { start = 0, stop = 0 } = config;
      if (typeof start !== 'number' || typeof stop !== 'number') throw unsupported('Strip without numbers', file);
      if (content.length !== 1 || (fused && stop > 0)) throw unsupported('Strip at the end of the text', file);
      return fused ? () => stripText(content, start) : () => map((piece) => strip(piece, content, start, stop));
    }
    default:
      throw unsupported(JSON.stringify(config['type']), file);
  }
}

function map(change: (piece: string, index: number) => string): Link {
  let index = 0;
  return { push: (piece) => [change(piece, index++)], end: () => [] };
}

/** UTF-8 from the byte alphabet; a token with other characters (an added token) stands for its own text. */
function byteLevel(): Link {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();
  return {
    push(piece) {
      const bytes: number[] = [];
      for (const char of piece) {
        const byte = CHAR_TO_BYTE.get(char);
        if (byte === undefined) return [decoder.decode(encoder.encode(piece), { stream: true })];
        bytes.push(byte);
      }
      return [decoder.decode(Uint8Array.from(bytes), { stream: true })];
    },
    end: () => [decoder.decode()],
  };
}

/**
 * Runs of <0xNN> tokens become text. A run that is not UTF-8 as a whole becomes one U+FFFD a byte, so a run is final
 * only when it has ended.
 */
function byteFallback(): Link {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
  let run: number[] = [];
  const flush = (): string[] => {
    if (run.length === 0) return [];
    const bytes = Uint8Array.from(run);
    run = [];
    try {
      return [decoder.decode(bytes)];
    } catch {
      return ['\uFFFD'.repeat(bytes.length)];
    }
  };
  return {
    push(piece) {
      const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece)?.[1];
      if (hex === undefined) return [...flush(), piece];
      run.push(parseInt(hex, 16));
      return [];
    },
    end: flush,
  };
}

/** Strip after Fuse: at most `start` times `content` goes from the start of the whole text. */
function stripText(content: string, start: number): Link {
  let left = start;
  return {
    push(piece) {
      let text = piece;
      while (left > 0 && text !== '') {
        if (text.startsWith(content)) {
          text = text.slice(content.length);
          left--;
        } else left = 0;
      }
      return [text];
    },
    end: () => [],
  };
}

function strip(piece: string, content: string, start: number, stop: number): string {
  let from = 0;
  while (from < start && piece[from] === content) from++;
  let to = piece.length;
  while (piece.length - to < stop && to > from && piece[to - 1] === content) to--;
  return piece.slice(from, to);
}

function unsupported(what: string, file: string): SftError {
  return new SftError('tokenizer-unsupported', `its decoder is not supported: ${what}`, {
    file,
    remedy: SUPPORTED_TOKENIZERS,
  });
}
