import { frames } from './scene';

/** Questions of one intent and the answers that meet it. */
export interface Exchange {
  readonly questions: readonly string[];
  readonly answers: readonly string[];
}

function exchange(questions: string, answers: string): Exchange {
  return { questions: frames(questions), answers: frames(answers) };
}

/** Exchanges about one public service; the answers are casual on purpose. */
export const SERVICE_CHAT: readonly Exchange[] = [
  exchange(
    `how do I [get|apply for] a~ {item}?
     how can I [get|apply for] a~ {item}?
     I want to {reason}. how do I get a~ {item}?
     what are the steps to [get|apply for] a~ {item}?
     please tell me how to get a~ {item}.
     {P} [wants|hopes] to {reason}. how does {he} get a~ {item}?
     I am a~ {job}[| in {town}] and I need a~ {item}. what should I do?
     where do I start if I need a~ {item}?`,
    `oh, that one is easy: just go to {office} with {doc1} and {doc2}, and they'll {check}.
     [sure|no problem]! fill in the form on the {agency} portal, then take {doc1} along to {office}. it's ready in about {time}.
     [well|okay], first you grab {doc1} and {doc2}, then you head over to {office}. {agency} does the rest in about {time}.
     [easy|don't worry], it's not hard. open the {agency} portal, fill in the form, and drop by {office} with {doc1}.
     you'll want {agency} for that. bring {doc1} and {doc2}, pay the {fee}, and give it {time} or so.
     {?free} you'll want {agency} for that. bring {doc1} and {doc2}, don't pay anybody, and give it {time} or so.
     hmm, I'd start on the {agency} portal. after that you pop into {office}, where they {check}, and that's [it|all].`,
  ),
  exchange(
    `what documents do I need for a~ {item}?
     which papers do I need for a~ {item}?
     what should I bring to {office} for a~ {item}?
     {P} is applying for a~ {item}. what [papers|documents] does {he} need?
     what does {agency} ask for before it gives a~ {item}?
     what is needed for a~ {item}?`,
    `not much, really: {doc1} and {doc2}. [take copies too|oh, and bring a pen]!
     just {doc1} and {doc2}, I think. [check that the names match|make sure the names are the same on both].
     {?doc3} you'll need {doc1}, {doc2} and {doc3}. put them all in one file and you're [fine|good to go].
     {?doc3} let me see: {doc1}, {doc2}, and [usually|probably] {doc3} as well.
     mostly {doc1}. some officers ask for {doc2} too, so I'd [carry|bring] both[|, just in case].
     they always want {doc1}, and often {doc2}. better bring too much than too little!`,
  ),
  exchange(
    `{?paid} how much is a~ {item}?
     {?paid} how much does a~ {item} cost?
     {?paid} what is the fee for a~ {item}?
     {?paid} what does {agency} charge for a~ {item}?
     {?paid} how much will {P} pay for a~ {item}?
     {?paid} is a~ {item} expensive?`,
    `hmm, about {fee}, I think. [keep the receipt|pay on the portal, not in cash]!
     it's [around|roughly|something like] {fee}. don't let anybody [talk you into|charge you] {more}.
     {fee}, more or less. you can pay by card or at a bank, [it's all the same|as you like].
     that'll be {fee} or so. [if somebody asks for {more}, just walk away.|not too bad, is it?]
     last I heard it was {fee}. have a quick look at the {agency} portal before you pay[|, though].`,
  ),
  exchange(
    `{?free} how much is a~ {item}?
     {?free} do I have to pay for a~ {item}?
     {?free} is a~ {item} free?
     {?free} what is the fee for a~ {item}?`,
    `nothing at all, it's free! if somebody asks you for money, just [say no|walk away].
     good news: it won't cost you a thing. {agency} doesn't charge for it.
     it's free, so keep your money in your pocket. anyone who wants cash for it is [fooling you|up to something].
     zero naira! just bring {doc1} and don't pay [anyone|anybody] at the gate.`,
  ),
  exchange(
    `how long does a~ {item} take?
     how long [must|do] I wait for a~ {item}?
     when will my {item} be ready?
     {P} applied for a~ {item}[| last {weekday}]. how long will it take?
     how many days does {agency} need for a~ {item}?
     how soon can I get a~ {item}?`,
    `[usually|mostly] about {time}, if your papers are fine.
     give it {time} or so. if you hear nothing after that, just call {office}.
     around {time}, I'd say. it can be slower [in December|before the holidays|when it's busy], so be patient.
     hmm, {time} if you're lucky! a missing paper makes it longer, so check {doc1} twice.
     they say {time}. I'd add a few days[|, to be honest], because the queue is long.`,
  ),
  exchange(
    `where do I [get|apply for] a~ {item}?
     where can I get a~ {item}?
     where should {P} go for a~ {item}?
     which office [gives|handles] a~ {item}?
     where do I go if I need a~ {item} to {reason}?
     I live in {town}. where can I apply for a~ {item}?`,
    `at {office}. there's [one|usually one] in every big town, so you won't have to go far.
     just go to {office} and ask for the {agency} desk. anybody at the gate can show you.
     you can start on the {agency} portal at home, and then finish at {office}. nice, right?
     {office} is the place. go before {clock}, [the line gets long|it fills up fast]!
     that's {agency}, so look for {office} nearest to you. the portal has a list.`,
  ),
  exchange(
    `who [gives|issues|handles] a~ {item} in Nigeria?
     which agency is in charge of a~ {item}?
     who do I ask about a~ {item}?
     who should {P} [talk to|ask] about a~ {item}?`,
    `that's {agency}, the {full}. [they're the ones to ask|nobody else does it].
     {agency} does. in full it's the {full}, [a long name, I know|but everyone says {agency}]!
     you want the {full}, or {agency} for short. [just drop in at|go and see them at] {office}.
     oh, that's {agency}'s job. pop into {office} and [they'll help you|ask anyone there].`,
  ),
  exchange(
    `what is {agency}?
     what does {agency} do?
     what does {agency} stand for?
     what is the full name of {agency}?
     can you tell me what {agency} is?`,
    `{agency} is the {full}. you go to them for things like a~ {item}.
     it's short for {full}. if you ever need a~ {item}, they're the people to see.
     oh, that's the {full}! they deal with the {item}, [among other things|and a lot more].
     that would be the {full}. [people|folks] mostly know them because of the {item}.`,
  ),
  exchange(
    `what is a~ {item}?
     what is a~ {item} for?
     why do I need a~ {item}?
     what can I do with a~ {item}?
     {P} says that I need a~ {item}. what is it good for?`,
    `it's something {agency} gives you so you can {reason}[| or {reason2}]. pretty handy!
     you need it when you want to {reason}. {agency} handles it, and it takes about {time}.
     basically it lets you {reason}. [some people|others] get one to {reason2} too.
     well, without it you can't really {reason}. that's why everybody goes to {agency} for one.`,
  ),
  exchange(
    `can I {reason} without a~ {item}?
     is a~ {item} needed to {reason}?
     do I need a~ {item} to {reason}?
     must {P} have a~ {item} to {reason}?
     {P} wants to {reason} but has no {item}. is that a problem?`,
    `[no way around it, sorry|I'm afraid you need one]! get it from {agency} first, it takes about {time}.
     yep, you need it. go to {office} with {doc1} and you'll be fine.
     you do need one, yes. [luckily|the good thing is,] it only takes about {time}, so don't worry.
     I'd get one first, honestly. {agency} won't take long, and then you can {reason} in peace.`,
  ),
  exchange(
    `can I apply for a~ {item} online?
     can I get a~ {item} on the internet?
     is there a portal for a~ {item}?
     can I do everything for a~ {item} from home?`,
    `partly, yes! the form is on the {agency} portal, but you still go to {office} so they can {check}.
     you can start there, sure. fill in the form on the {agency} portal, then bring {doc1} to {office}.
     [kind of|sort of]. the form is online, but somebody at {office} still has to {check}.
     yes, the {agency} portal works on a phone too. just have {doc1} ready before you start.`,
  ),
  exchange(
    `can [someone else|my {relative}|a friend] collect my {item}?
     may I send my {relative} to {office} for my {item}?
     {P} is ill. can {his} {relative} go to {office} for the {item}?
     is it possible to send another person for my {item}?`,
    `[not really|I doubt it]. they have to {check}, so you should go yourself.
     you can ask, but write a short letter and let them bring {doc1} along. some offices are strict.
     maybe, with a signed note and your ID. I'd call {office} first, [it saves a trip|just to be safe].
     hmm, for handing in papers that's fine. for the rest you'll need to show up in person.`,
  ),
  exchange(
    `{?paper} my {item} is lost. what [should|must] I do?
     {?paper} I lost my {item}. how do I replace it?
     {?paper} {P} lost {his} {item} [in {town}|at {place}]. what should {he} do?
     {?paper} my {item} was stolen[| on {day}]. what now?
     {?paper} how do I replace a lost {item}?
     {?paper} water spoiled my {item}. can I get another one?`,
    `[oh no|sorry to hear that]! get a police report first, then take it to {office} with {doc1}. they'll print another one.
     don't panic. report it to the police, fill in the replacement form on the {agency} portal, and bring {doc1}.
     happens to [many people|the best of us]! you need a police report and {doc1}, and about {time} of patience.
     first the police, then {office}. the new one costs something like {fee}, and next time make a copy, okay?`,
  ),
  exchange(
    `{?valid} how long is a~ {item} valid?
     {?valid} when does a~ {item} expire?
     {?valid} does a~ {item} expire?
     {?valid} for how many years can {P} use {his} {item}?`,
    `it's good for {valid}. [put the date in your phone|write the date down somewhere] so you don't forget!
     {valid}, then you need to renew it. start a bit early, okay?
     you get {valid} out of it. after that it's back to {office}, [sadly|I'm afraid].
     not forever, only {valid}. I'd renew a month before it runs out.`,
  ),
  exchange(
    `{?valid} how do I renew my {item}?
     {?valid} my {item} has expired. what [must|should] I do?
     {?valid} {P}'s {item} expires in {month}. how does {he} renew it?
     {?valid} can I renew my {item} before it expires?
     {?valid} where do I renew a~ {item}?`,
    `just bring the old one and {doc1} to {office}. it takes about {time} again.
     go on the {agency} portal, pick renewal, and follow along. it's quicker than the first time, promise!
     same place as before, {office}. take the old one with you and don't leave it too late.
     sure thing: renewal is on the {agency} portal. then you drop by {office} and wait about {time}.`,
  ),
  exchange(
    `my name is [wrong|misspelt] on my {item}. how do I correct it?
     there is a mistake [in|on] my {item}. what can I do?
     the date of birth on {P}'s {item} is wrong. what should {he} do?
     how do I correct [a mistake|the address|my name] on a~ {item}?
     can {agency} change the name on my {item}?`,
    `ah, that happens a lot. take {doc1} to {office} and ask them to fix it.
     you can ask for a correction on the {agency} portal. upload {doc1} so they can see what's right.
     sure, they can fix that! bring {doc1} and {doc2}, and give them about {time}.
     go back to {office} [soon|this week] with {doc1}. it's best to sort it out before you {reason}.`,
  ),
  exchange(
    `I applied for a~ {item} and have heard nothing. what can I do?
     {agency} has not answered me about my {item}. where can I complain?
     {P} has waited [too long|for months] for {his} {item}. who can help {him}?
     how do I complain about {agency}?
     an officer asked me for a bribe for a~ {item}. what should I do?
     how do I check the status of my {item}?`,
    `[that's annoying|ugh, sorry]! send {agency} a short complaint on the portal, with the date and your receipt number.
     take your receipt to {office} and ask for the person in charge. be polite but don't give up.
     I'd check the {agency} portal first, then write to them. keep a copy of everything you send, okay?
     go to {office} with {doc1} and ask what's going on. [mostly|often] it's just a small missing page.`,
  ),
  exchange(
    `who can [get|apply for] a~ {item}?
     who is a~ {item} for?
     can [anyone|everybody] get a~ {item}?

     is a~ {item} for everyone?`,
    `it's for {who}. if that's you, go ahead and bring {doc1}!
     it's meant for {who}. [bring {doc1} and you're fine|simple as that].
     {who} can get one. [just ask at|pop into] {office} if you're not sure.
     that's meant for {who}, I think. {agency} can tell you more.`,
  ),
  exchange(
    `what happens at {office} when I go for a~ {item}?
     what will the officers do when I come for a~ {item}?
     what should {P} expect at {office} when {he} goes for a~ {item}?`,
    `not much: they {check}, and then you can go home. wear something neat!
     you wait a bit, they {check}, and that's it. go before {clock} if you hate queues.
     nothing scary! they just {check}. [mornings are quieter|the middle of the week is quiet], by the way.
     go early, maybe at {clock}, with {doc1} in your hand. they {check} and you're done.`,
  ),
  exchange(
    `an agent promised me a~ {item} in one hour. is that right?
     an agent [wants|asked me for] money for a~ {item}. should I pay?
     a man at the gate of {office} offers me a~ {item}. can I trust him?
     someone told {P} that {he} must pay extra for a~ {item}. is that true?`,
    `nope, don't pay him! go inside to {office} and talk to somebody from {agency}.
     [no way|absolutely not]! do it on the {agency} portal yourself, it's safer and you get a receipt.
     {?paid} no, the fee is about {fee} and you pay it to {agency}, not to a stranger.
     {?free} no, {agency} gives it free of charge. somebody's trying to trick you, so walk away.`,
  ),
  exchange(
    `must I go to {office} myself for a~ {item}?
     do I have to show up in person for a~ {item}?
     does {P} have to go to {office} for a~ {item}?`,
    `yep, at least once, because they {check}. it's [quick|over] before you know it!
     I'm afraid so. somebody has to {check}, and that won't work over the phone.
     usually, yes. bring {doc1} and go early, then it's not so bad.`,
  ),
];
