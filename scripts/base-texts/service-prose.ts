import { frames } from './scene';

// Each plan is a row of parts; a text takes one frame of each part (in the order of the plan).

const DEFINE = frames(`
  a~ {item} [is given by|comes from|is handled by] the {full} ({agency}).
  the {full}, [known as|called|or] {agency} for short, [is the office that deals with|looks after] the {item}.
  people who need a~ {item} [must go|go|turn] to {agency}, the {full}.
  [in Nigeria|in this country], a~ {item} is [a matter for|the work of] the {full} ({agency}).
  {agency} [is|stands for] the {full}. [among other things|one part of its work is this:] it [takes care of|deals with] the {item}.
  anyone who wants a~ {item} deals with {agency}. [the full name of the office is|this is] the {full}.
`);

const PURPOSE = frames(`
  it is needed [by people who want|when a person wants] to {reason}[| or to {reason2}].
  [most|many] people [apply for|ask for] it because they want to {reason}.
  without it, [it is hard|nobody finds it easy] to {reason}.
  some people need it to {reason}, and others [need it|want it] to {reason2}.
  it helps [people|a person] to {reason}[| and to {reason2}].
  it is meant for {who}.
  the service is open to {who}.
`);

const PAPERS = frames(`
  the applicant brings {doc1} and {doc2}.
  the [main|usual] papers are {doc1} and {doc2}[|, and the names on them must agree].
  {?doc3} the officer asks for {doc1}, {doc2} and {doc3}.
  {?doc3} three things are [needed|asked for]: {doc1}, {doc2} and {doc3}.
  before [the visit|going], the applicant should [prepare|collect|get ready] {doc1} and {doc2}.
  nobody should [go|set out] without {doc1}, [because|since] the officer will ask for it[| at once].
  {doc1} is always needed, and {doc2} is often asked for as well.
  [copies|photocopies] are [accepted|taken], but the officer [likes|wants] to see the originals of {doc1} and {doc2}.
`);

const APPLY = frames(`
  the form is filled in on the {agency} portal, and after that the applicant [visits|goes to] {office}.
  the [first step|work] begins on the {agency} portal, where the applicant opens an account and fills in the form.
  the applicant [may start online|can begin on the portal] and finish at {office}.
  at {office}, the officers {checked}.
  when the form is ready, it is [printed|saved] and [taken|brought] to {office}.
  the form [asks for|contains] the full name, the date of birth, the address and a phone number. all of them must be [correct|right].
  at {office} the officers {checked}, and this [takes only|is done in] a few minutes.
`);

const FEE = frames(`
  the fee is {fee}[|, and it is paid on the portal|, and a receipt is given for it].
  it costs {fee}, which [can be|is] paid by card, by transfer or at a bank.
  {agency} charges {fee} for it. [nobody needs to pay|no one should pay] more than that.
  a person [pays|has to pay] {fee} and keeps the receipt.
  {?free} {agency} does not [charge|take any money] for it.
  {?free} [the service is|it is] free of charge, so [nobody should ask for money|there is no need to pay anyone].
  {?free} no fee is paid[| at any stage], and an officer who asks for one should be reported.
`);

const WAIT = frames(`
  [after that|then] it [takes|usually takes] about {time}.
  [it is|everything is] ready [in|within] {time}[| if nothing is missing].
  the applicant waits about {time}, and a text message [comes|is sent] when it is ready.
  in most cases the work is finished within {time}, but it may take longer [in a busy month|at the end of the year|when many people apply].
  a complete application is [dealt with|finished] in {time}, while a form with mistakes is sent back.
`);

const VALID = frames(`
  it is valid for {valid} and [must|has to] be renewed [before it expires|after that].
  it lasts for {valid}. [a wise owner renews it early|it is wise to renew it a month before the end].
  after {valid} it expires, and [the owner applies again|a new one is needed].
  {?paper} it should be kept in a dry and safe place, [because|since] it is [hard|not easy] to replace.
  {?paper} a copy should be kept at home, [in case|for the day when] the first one is lost.
  the number should be written down [in a safe place|at home] and not [given to strangers|shown to everyone].
  [a person|anyone] with a question can [ask at|visit|call] {office} on a working day.
`);

const ADVICE = frames(`
  [it is best|it is wise] to go early in the morning, [because|since] the queue grows [after ten|towards noon].
  [people should be careful with|beware of] agents who [promise|offer] to do it faster for {more}.
  the safest way is to [use|follow] the official portal and to keep every receipt.
  most delays come from [small mistakes|wrong dates and names that do not agree], so the form should be read twice.
  [if|when] something goes wrong, the applicant [writes|can write] a short complaint to {agency} and keeps a copy.
  [the officers are busy on Mondays|mondays are busy], so the middle of the week is a better time.
  patience and [a complete file|the right papers] are the best help.
  an application with every paper in it is [dealt with|finished] sooner than one that is sent in a hurry.
`);

const NEED = frames(`
  {P}, a~ {job} [from|in] {town}, needed a~ {item} [because {he} wanted|in order] to {reason}.
  [last {month}|in {month}|one {weekday}], {P} decided to [apply for|get] a~ {item}. {he} wanted to {reason}.
  {P} is a~ {job} [from|in] {town}. [last year|in {month}|some weeks ago] {he} [wanted|had] to {reason}, but {he} had no {item}.
  "you cannot {reason} without a~ {item}," [said {P2}|{P2} said] to {P}, who [works as|is] a~ {job} in {town}.
  for a long time {P} [wished|had planned] to {reason}. for this the young {job} from {town} needed a~ {item}.
  [early in|at the end of] {month}, a~ {job} named {P} [came|went] to {office} in {town} and asked for a~ {item}.
`);

const ASKED = frames(`
  {he} did not know where to [begin|start], so {he} asked {his} {friend} {P2}.
  {his} {friend} {P2} had [done|been through] it before and explained [everything|each step] to {him}.
  {he} [looked|read] on the {agency} portal and wrote down what was needed.
  [a clerk|an officer] at {office} [patiently|kindly] explained what {he} had to do.
  at first {he} [thought|feared] that it would be difficult, but [{his} {relative}|{P2}] [told {him} not to worry|said that it was simple].
  {he} called {agency} and [asked|wanted to know] which papers {he} should bring.
`);

const PREPARED = frames(`
  {he} needed {doc1} and {doc2}.
  [the list was short|two things were on the list]: {doc1} and {doc2}. {he} put them in [a brown envelope|a clean file|{his} bag].
  {?doc3} {he} put {doc1}, {doc2} and {doc3} in a file.
  {he} had {doc1} at home, but {he} had to [look for|ask for|find] {doc2}.
  the officer wanted to see {doc1} and {doc2}, and {he} had both [with {him}|in {his} bag].
  {doc1} was easy to find. for {doc2} {he} had to wait [two days|until {weekday}].
`);

const VISITED = frames(`
  on {weekday2} {he} [went|walked|took a bus] to {office}[| before {clock}|, and the queue was short].
  {he} filled in the form on the portal, and on {weekday2} {he} took it to {office}.
  at {office} {he} waited for [an hour|two hours|twenty minutes], and then [{his} number|{his} name] was called.
  {he} reached {office} at {clock}. [about ten|more than twenty] people were already there.
  there the officers had to {checked}. it [took|was over in] only a few minutes.
`);

const PAID = frames(`
  {he} paid {fee} [by card|by transfer|at the bank] and kept the receipt.
  the fee was {fee}, [a little more|less] than {he} had [expected|thought].
  {he} paid {fee}. a man outside [had asked|asked] {him} for {more}, but {he} [said no|walked past him].
  {?free} {he} [paid nothing|did not pay anything], because the service is free.
  {?free} {he} was [surprised|glad] that it was free. [a man|a stranger] outside had asked {him} for [₦2,000|₦5,000|₦3,000].
`);

const DONE = frames(`
  {time} later [it was ready|everything was done], and {he} was [glad|{feeling}].
  after {time} {he} got [a text message|the good news]. now {he} could {reason}.
  {he} had to wait for {time}, but then [it was ready|all was well], and {he} could {reason} at last.
  it [took|was finished after] {time}. "that was easier than I thought," {he} [told {P2}|said].
  when {he} came back after {time}, the officer [smiled|greeted {him}] and said that it was ready.
`);

const MORAL = frames(`
  since then {he} [helps|has helped] [other people|{his} neighbours] with their forms.
  {he} learned that {lesson}.
  {he} made [two copies|a copy] of every paper and keeps [them|the file] [in a drawer|at home].
  {P2} [laughed|was pleased] and said that {lesson}.
  now {he} tells everyone to go [early|in the morning] and to bring the [right|complete] papers.
`);

const LOST = frames(`
  {?paper} {P} lost {his} {item} [on the way to|at|near] {place}. {he} looked [everywhere|under every chair], but it was gone.
  {?paper} one {day} {P}, a~ {job} in {town}, [found|noticed] that {his} {item} was missing. perhaps it had [fallen|slipped] out of {his} bag at {place}.
  {?paper} rain came through the roof of the house of {P} in {town} and [ruined|spoiled] {his} {item}. the ink ran and no one could read it.
  {?paper} a thief took the bag of {P} at {place}. {his} {item} was inside it.
`);

const LOST_STEPS = frames(`
  first {he} went to the police station and [got|asked for] a report. then {he} [swore|made] an affidavit at the court.
  {his} {friend} told {him} to [report the loss|go to the police] first, and {he} did so the same day.
  {he} [reported it|told the police] at once, so that nobody could use it in {his} name.
  {he} wrote down the number, the date and the place, and took [the paper|this note] to the police.
`);

const LOST_THEN = frames(`
  with the report and {doc1}, {he} [went|took a bus] to {office}.
  {agency} asked for the police report and {doc1}[|, and {he} had both].
  on the {agency} portal {he} chose replacement and uploaded the report and {doc1}.
  at {office} the officer [found|looked for] the old record and asked to see {doc1}.
`);

const RENEW = frames(`
  {?valid} a~ {item} is valid for {valid}. when the end comes near, the owner must renew it with {agency}.
  {?valid} {P} [saw|noticed] in {month} that {his} {item} would expire soon. it is valid for {valid}, and {he} had [forgotten|not watched] the date.
  {?valid} every {item} carries two dates, the day of issue and the day on which it expires. between them lie {valid}.
`);

const RENEW_STEPS = frames(`
  the renewal is easier than the first application, [because|since] {agency} already has the record.
  for the renewal {agency} asks for the old {item} and {doc1}.
  the form for renewal is on the {agency} portal. it is short, and most of the details are [already filled in|there already].
  it is [better|wiser] to renew [a month|some weeks] before the date than a day after it.
`);

const TROUBLE = frames(`
  {P} had a [problem|complaint]. {he} had applied for a~ {item} [in {month}|two months ago], but nothing had come.
  in {month} {P} [saw|found] a mistake in {his} {item}. the [year of birth|first name|address] was wrong.
  {P} applied for a~ {item} and heard nothing for [weeks|a long time]. {he} was [worried|angry] and [wanted|began] to complain.
  the record for the {item} of {P} had the wrong [date of birth|surname|address]. a clerk had [typed|written] it in a hurry.
`);

const COMPLAIN = frames(`
  {he} wrote a [short|polite] letter to {agency}. in it {he} gave {his} name, the date and the number of the [application|receipt].
  {he} [took|carried] {doc1} and {doc2} to {office} and [explained|told an officer] what had happened.
  {he} opened the {agency} portal, chose complaint and [wrote|typed] a few clear lines. {he} also uploaded {doc1}.
  {P2} advised {him} not to shout, but to write everything down and to [attach|add] {doc1}.
`);

const ANSWERED = frames(`
  [after|within] [four|three|five|six] working days [an answer came|{agency} replied]. the officer [said sorry|was sorry] and put it right.
  the officer looked at the record and found the [mistake|missing page]. {he} only had to [sign|send] one [form|page] again.
  {agency} gave {him} a complaint number. with this number {he} could [follow|check] the matter [on the portal|by phone].
  [a week|ten days] later everything was [corrected|in order], and {he} did not pay [again|anything more].
`);

const OFFICE = frames(`
  [the doors of|in {town},] {office} [open|opens] at {clock} on working days. people come there about [many things|different matters], but most of them want a~ {item}.
  on {weekday} morning {office} in {town} was [full|busy]. nearly everyone had come for a~ {item}.
  {P} works at {office} in {town}. every day [people|many visitors] ask {him} how to get a~ {item}.
  there is a [notice|large poster] on the wall of {office} in {town}. it [tells|explains to] visitors how to get a~ {item}.
`);

const OFFICE_SCENE = frames(`
  an old man [asked|wanted to know] whether {doc1} was enough, and the clerk told him to bring {doc2} as well.
  a mother with a baby was [served|called] first, and nobody [complained|minded].
  {P2} had come without {doc1}, so {he2} had to go home and come back [in the afternoon|on the next day].
  the clerk [explained|said] it [slowly|for the tenth time that day]: first the form, then {doc1}, then the [payment|queue].
  those who had {doc1} and {doc2} [in order|ready] were [finished|served] in [ten|fifteen|twenty] minutes.
`);

const SIGN = frames(`
  dear {P}, you asked me about the {item}. [here is|I will tell you] what I know.
  dear {P}, thank you for your letter. you want to [know how to get|get] a~ {item}, and I am happy to help.
  dear {kin}, last week I [finally got|applied for] my {item}, and I want to tell you how it went.
`);

const LETTER = frames(`
  [you need|bring] {doc1} and {doc2}. [please make|I made] copies of both.
  I [filled in|completed] the form on the {agency} portal and then went to {office}.
  the officers there {check}, so wear [a clean shirt|something neat] and be [on time|patient].
  go to {office} [on a weekday|in the morning] and ask for the [form|right desk].
`);

const LETTER_FEE = frames(`
  it cost me {fee}, and I [kept|still have] the receipt.
  [do not pay|please pay no] more than {fee}, even if somebody at the gate [asks for|wants] {more}.
  {?free} I did not pay anything, and you should not pay [either|anyone].
`);

const LETTER_END = frames(`
  it took {time}. [greet|please greet] everyone at home. your {friend}, {P2}.
  [you will have it|they are done] in about {time}. write to me when you have [it|news]. yours, {P2}.
  after {time} [everything was ready|I had it], so do not worry. with love, {P2}.
`);

const WISH = frames(`
    [suppose|imagine] that a person [wants|would like] to {reason}. [one of the first things needed is|for this there must be] a~ {item}.
    to {reason}, a person needs a~ {item}[|, and it is not hard to get one].
    [many|some] people [think|believe] that a~ {item} is hard to get. it is not.
    [every year|each month] many people apply for a~ {item}, [most of them to {reason}|some to {reason} and others to {reason2}].
  `);

/** Plans of texts about public services. */
export const SERVICE_PLANS: readonly (readonly (readonly string[])[])[] = [
  [DEFINE, PURPOSE, PAPERS, APPLY, FEE, WAIT, VALID],
  [DEFINE, PURPOSE, FEE, PAPERS, WAIT, ADVICE],
  [DEFINE, PAPERS, APPLY, FEE, VALID, ADVICE],
  [WISH, DEFINE, APPLY, PAPERS, FEE, WAIT],
  [NEED, ASKED, PREPARED, VISITED, PAID, DONE],
  [NEED, PREPARED, VISITED, PAID, DONE, MORAL],
  [NEED, ASKED, PREPARED, PAID, DONE, MORAL],
  [LOST, LOST_STEPS, LOST_THEN, PAID, DONE, MORAL],
  [RENEW, RENEW_STEPS, FEE, WAIT, ADVICE],
  [TROUBLE, COMPLAIN, ANSWERED, MORAL],
  [OFFICE, OFFICE_SCENE, FEE, WAIT, ADVICE],
  [SIGN, LETTER, LETTER_FEE, LETTER_END],
];
