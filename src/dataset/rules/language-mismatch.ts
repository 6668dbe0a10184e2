import { languageOf, namesLanguage } from '../language';
import { crossRule, openingOf, type ExampleAt, type KeptPlace, type RuleSubject } from '../rule';
import { keepPlace } from './example-place';

/** So many examples must show a language before the file has one. */
const FEWEST_EXAMPLES = 20;
/** Share of them that must be of it: a file of many languages has none. */
const LEAST_SHARE = 0.75;
/** Until so many examples are seen, the file's language is a guess, and the places of all are kept. */
const GUESSED = 1000;

interface LanguageDigest {
  readonly language: string;
  readonly role: 'question' | 'answer';
}

/** Of each language and role one: whoever holds the digests of 50,000 examples holds that many of one language. */
const digests = new Map<string, LanguageDigest>();

function digestOf(language: string, role: LanguageDigest['role']): LanguageDigest {
  const key = `${role} ${language}`;
  let digest = digests.get(key);
  if (digest === undefined) digests.set(key, (digest = { language, role }));
  return digest;
}

/** A text in another language than that of its file. */
export const languageMismatch = crossRule<LanguageDigest | undefined>({
  id: 'language-mismatch',
  severity: 'warning',
  digest({ example }) {
    const { question, answer } = example.value;
    const language = languageOf(answer);
    if (language !== undefined) return namesLanguage(question) ? undefined : digestOf(language, 'answer');
    const asked = languageOf(question);
    return asked === undefined || namesLanguage(question) ? undefined : digestOf(asked, 'question');
  },
  start() {
    const counts = new Map<string, number>();
    const kept: { readonly language: string; readonly place: KeptPlace }[] = [];
    let seen = 0;
    let leader = '';
    return {
      add(digest, at) {
        if (digest === undefined) return;
        const { language, role } = digest;
        const count = (counts.get(language) ?? 0) + 1;
        counts.set(language, count);
        seen++;
        if (leader === '' || count > counts.get(leader)!) leader = language;
        if (language !== leader) kept.push({ language, place: textPlace(at, role) });
        else if (seen <= GUESSED) kept.push({ language, place: openingOf(at) });
      },
      finish(report) {
        const most = counts.get(leader) ?? 0;
        if (seen < FEWEST_EXAMPLES || most < seen * LEAST_SHARE) return;
        for (const { language, place } of kept) {
          if (language === leader) continue;
          const message = `this looks ${language}, but the file is mostly ${leader} - translate it, or use a separate file for each language`;
          report({ rule: 'language-mismatch', place, message });
        }
      },
    };
  },
});

function textPlace(at: ExampleAt, role: 'question' | 'answer'): KeptPlace {
  const subject: RuleSubject = at.subject();
  const text = subject.texts().findLast((one) => one.role === role);
  return text === undefined ? openingOf(at) : keepPlace(subject, text.start, text.end);
}
