/** Characters that Python's `str.isspace` knows. JavaScript's `trim` differs: it takes U+FEFF and leaves U+0085 and U+001C-U+001F. */
const PYTHON_SPACE =
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

const METHODS = ['strip', 'lstrip', 'rstrip'];

const SPACES: ReadonlySet<string> = new Set(PYTHON_SPACE);

/** Python's strip, lstrip and rstrip: takes white space away, or any of the given characters. */
export function pythonStrip(text: string, method: string, characters: string | null = null): string {
  const set = characters === null ? SPACES : new Set(characters);
  let start = 0;
  let end = text.length;
  while (method !== 'rstrip' && start < end) {
    const char = String.fromCodePoint(text.codePointAt(start)!);
    if (!set.has(char)) break;
    start += char.length;
  }
  while (method !== 'lstrip' && start < end) {
    const pair = end - start > 1 ? text.codePointAt(end - 2)! : 0;
    const char = pair > 0xffff ? String.fromCodePoint(pair) : text[end - 1]!;
    if (!set.has(char)) break;
    end -= char.length;
  }
  return text.slice(start, end);
}

/** The name under which templates that went through `usePythonStrip` call `pythonStrip`. */
export const STRIP_FUNCTION = '__python_strip';

interface Node {
  type: string;
  [key: string]: unknown;
}

/**
 * @huggingface/jinja takes white space away whatever characters `strip('\n')` names, which moves the answers of Qwen 3's
 * template. In the parsed template every `x.strip(...)`, `x.lstrip(...)`, `x.rstrip(...)` and `x | trim` therefore
 * becomes a call of `pythonStrip`. Changes `node` in place.
 */
export function usePythonStrip(node: unknown): void {
  if (Array.isArray(node)) {
    for (const each of node) usePythonStrip(each);
    return;
  }
  if (!isNode(node)) return;
  for (const value of Object.values(node)) usePythonStrip(value);
  const callee = node['callee'];
  if (
    node.type === 'CallExpression' &&
    isNode(callee) &&
    callee.type === 'MemberExpression' &&
    callee['computed'] !== true
  ) {
    const method = nameOf(callee['property']);
    if (method !== undefined && METHODS.includes(method)) {
      const given = Array.isArray(node['args']) ? (node['args'] as readonly unknown[]) : [];
      becomeCall(node, callee['object'], method, given);
    }
  }
  if (node.type === 'FilterExpression') {
    const filter = node['filter'];
    if (nameOf(filter) === 'trim') becomeCall(node, node['operand'], 'strip', []);
  }
}

function becomeCall(node: Node, operand: unknown, method: string, given: readonly unknown[]): void {
  node.type = 'CallExpression';
  node['callee'] = { type: 'Identifier', value: STRIP_FUNCTION };
  node['args'] = [operand, { type: 'StringLiteral', value: method }, ...given];
}

function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' && typeof node['value'] === 'string' ? node['value'] : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}
