import type { Severity } from '../finding';

/** A kind of personal or secret data, and how it is told from ordinary text. */
export interface PersonalDataKind {
  readonly name: string;
  readonly pattern: RegExp;
  /** What is written in its place. */
  readonly mask: string;
  readonly severity?: Severity;
  /** A check beyond the pattern. */
  readonly holds?: (found: string, text: string, from: number) => boolean;
}

/** The most specific kinds come first: what one has taken is not looked at by the next. */
export const PERSONAL_DATA: readonly PersonalDataKind[] = [
  {
    name: 'a private key',
    pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:[^-]{0,8000}-----END (?:[A-Z]+ )*PRIVATE KEY-----)?/g,
    mask: '[private key]',
    severity: 'error',
  },
  {
    name: 'an access key',
    pattern:
      /\b(?:sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,200}|gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|hf_[A-Za-z0-9]{30,60}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|xox[abpr]-[0-9A-Za-z-]{10,200}|eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000})/g,
    mask: '[key]',
    severity: 'error',
    holds: (found) => /\d/.test(found),
  },
  {
    name: 'a password',
    pattern:
      /\b(?:password|passwd|pwd|api[_ -]?key|secret)(?: is|:| ?=) ?["'`]?(?=\S*\d)(?=\S*[A-Za-z])[^\s"'`,;]{8,200}/gi,
    mask: '[password]',
    severity: 'error',
  },
  {
    name: 'an e-mail address',
    pattern: /(?<![\w.+-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![\w-])/g,
    mask: '[email]',
    holds: (found) => !/@(?:[\w-]+\.)*example\.(?:com|org|net)$|\.(?:example|test|invalid)$/i.test(found),
  },
  {
    name: 'a bank account (IBAN)',
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    mask: '[iban]',
    holds: isIban,
  },
  {
    name: 'a payment card',
    pattern:
      /(?<![\d.,-])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?![\d.,-]*\d)|(?<![\d.,-])3[47]\d{2}[ -]?\d{6}[ -]?\d{5}(?!\d)/g,
    mask: '[card]',
    holds: isCard,
  },
  {
    name: 'a US social security number',
    pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g,
    mask: '[ssn]',
  },
  {
    name: 'a Nigerian identity number',
    pattern: /(?<!\d)\d{11}(?!\d)/g,
    mask: '[id]',
    holds: (_, text, from) =>
      /\b(?:NIN|BVN|National Identification Number|Bank Verification Number)\b/.test(
        text.slice(Math.max(0, from - 60), from + 40),
      ),
  },
  {
    name: 'a phone number',
    pattern:
      /(?<![\w.,/+-])(?:\+\d{1,3}[ -]?(?:\(\d{1,4}\)[ -]?)?\d{2,4}(?:[ -]?\d{2,4}){2,3}|\(\d{3}\) ?\d{3}-\d{4}|\d{3}-\d{3}-\d{4}|0[789][01]\d[ -]?\d{3}[ -]?\d{4})(?![\w-])/g,
    mask: '[phone]',
    holds: (found) => {
      const digits = found.replace(/\D/g, '');
      return digits.length >= 10 && digits.length <= 15 && new Set(digits).size > 2;
    },
  },
];

/** Luhn's check, ISO/IEC 7812. */
function isCard(found: string): boolean {
  const digits = found.replace(/\D/g, '');
  if (digits.length < 13 || digits.length > 19 || new Set(digits).size < 3) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Remainder 1 modulo 97, ISO 13616. */
function isIban(found: string): boolean {
  const compact = found.replaceAll(' ', '');
  if (compact.length < 15 || compact.length > 34) return false;
  let remainder = 0;
  for (const c of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(c, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
