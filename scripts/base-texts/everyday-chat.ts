import { frames } from './scene';
import type { Exchange } from './service-chat';

interface EverydayExchange extends Exchange {
  /** The table whose row the exchange is about. */
  readonly table?: string;
}

function about(table: string, questions: string, answers: string): EverydayExchange {
  return { table, questions: frames(questions), answers: frames(answers) };
}

function plain(questions: string, answers: string): EverydayExchange {
  return { questions: frames(questions), answers: frames(answers) };
}

export const EVERYDAY_CHAT: readonly EverydayExchange[] = [
  about(
    'dish',
    `how do I [cook|make] {dish}?
     how can I [make|prepare] {dish} for {smallNumber} people?
     can you tell me how to [make|cook] {dish}?
     my {relative} [loves|likes] {dish}. how do I make it?
     {P} wants to [cook|make] {dish}[| on {day}]. how does {he} do it?
     what is the best way to cook {dish}?`,
    `yum! get {first}, {second} and {third}, then {method}. about {minutes} minutes and you can eat.
     easy: you {method}. don't forget {third}, [it makes all the difference|that's the secret]!
     oh, I love that one. take {first}, {second} and a bit of {third}, and {method}. it comes out {taste}.
     you need {first} and {second}. then {method}, taste it, and add salt if you like. it takes {minutes} minutes or so.`,
  ),
  about(
    'dish',
    `what do I need for {dish}?
     what is in {dish}?
     which things should I buy for {dish}?
     {P} wants to make {dish}. what should {he} buy?`,
    `mainly {first}, {second} and {third}. [it's {taste}|you'll love it], by the way.
     oh, just {first}, {second} and {third}! nothing fancy.
     {first} and {second}, plus {third}. have a look in the kitchen, maybe you've got it all.`,
  ),
  about(
    'dish',
    `how long does it take to cook {dish}?
     how many minutes do I need for {dish}?
     is {dish} quick to make?
     guests are coming at {clock}. when should I start the {dish}?`,
    `about {minutes} minutes, [I'd say|more or less], if everything is cut and washed.
     plan {minutes} minutes or so. don't rush it, the slow part is where you {method}.
     hmm, {minutes} minutes on the fire, plus a bit of time for the chopping.`,
  ),
  about(
    'animal',
    `what do {animals} eat?
     what should I feed a~ {animal}?
     {P} [got|bought] a~ {animal}. what does it eat?
     my {relative} has {smallNumber} {animals}. what should they eat?`,
    `{animals} [like|mostly eat] {food}. and give them clean water every day!
     oh, {food}, mostly. a~ {animal} isn't too picky.
     {food} will do nicely. don't overfeed them, though.`,
  ),
  about(
    'animal',
    `where do {animals} live?
     where should I keep a~ {animal}?
     what kind of home does a~ {animal} need?`,
    `{home} is best, [as long as it's|but keep it] clean and dry.
     you'd keep a~ {animal} in {home}, or somewhere like that. fresh water too, please!
     {home}, mostly. [give them enough room|don't put too many together], okay?`,
  ),
  about(
    'animal',
    `why do people keep {animals}?
     are {animals} useful?
     what are {animals} good for?
     should {P} buy a~ {animal}?`,
    `oh, {animals} are great for {use}. they need some care every day, though.
     mainly for {use}. and honestly, {animals} are nice company too!
     sure, people keep {animals} for {use}. just have {food} ready.`,
  ),
  about(
    'animal',
    `what is a young {animal} called?
     what do you call the baby of a~ {animal}?
     how is the little one of a~ {animal} called?`,
    `that's a~ {young}! [cute|nice little word], isn't it? it stays close to its mother.
     a baby {animal} is called a~ {young}, as far as I know.`,
  ),
  about(
    'animal',
    `what is special about {animals}?
     can you tell me something about {animals}?
     tell me a fact about the {animal}.`,
    `[fun fact|here's one|did you know]: a~ {animal} {habit}! funny, isn't it?
     well, a~ {animal} {habit}. you can watch it yourself if you visit {home}.`,
  ),
  about(
    'trip',
    `how do I [get|travel] from {from} to {to}?
     {P} wants to go from {from} to {to}[| on {day}]. how should {he} travel?
     what is the best way to go to {to} from {from}?`,
    `take the {vehicleName}, it's about {hours} on the road. look out for {sight}!
     I'd take the {vehicleName} in the morning. you'll pass {sight}, so sit by the window.
     by {vehicleName}, no question. bring {drink} and some {snack} for the road.`,
  ),
  about(
    'trip',
    `how long is the [trip|journey] from {from} to {to}?
     how long does it take from {from} to {to}?
     {P} leaves {from} at {clock}. how long is the road to {to}?`,
    `hmm, roughly {hours} by {vehicleName} if there's no traffic, so leave early.
     it's not so bad: around {hours} by {vehicleName}. bring water and some {snack}.
     about {hours}. time flies, with {sight} on the way!`,
  ),
  about(
    'trip',
    `what can I see on the way from {from} to {to}?
     is the road from {from} to {to} nice?
     what will {P} see between {from} and {to}?`,
    `oh, [lots|quite a bit]: {sight}. take a seat by the window!
     you'll pass {sight}. I never sleep on that road, [honestly|really].`,
  ),
  about(
    'ware',
    `how much is a {unit} of {ware}?
     how much should I pay for {ware} at the market in {town}?
     what does a {unit} of {ware} cost?
     a trader wants ₦{high} for a {unit} of {ware}. is that too much?
     {P} has ₦{high}. can {he} buy a {unit} of {ware}?`,
    `maybe ₦{low} to ₦{high} for a {unit}, it depends on the season. bargain a little!
     I'd say ₦{low} if you bargain well. ₦{high} is the price for people in a hurry.
     around ₦{low} to ₦{high}, I guess. walk around first and ask [two|three] sellers.`,
  ),
  about(
    'ware',
    `how do I [know|choose] good {ware}?
     what should I look for when I buy {ware}?
     how can {P} choose good {ware} in the market?
     which {ware} should I buy?`,
    `easy, good {ware} should be {sign}. take your time and choose for yourself.
     look closely, good {ware} should be {sign}. if not, just go to the next stall.
     my {relative} always says: {sign}, or leave it! that works for {ware}.`,
  ),
  about(
    'meaning',
    `what is a~ {thing}?
     what does the word {thing} mean?
     can you explain the word {thing}?
     {P} asked me what a~ {thing} is. what should I say?
     please tell me what a~ {thing} is.`,
    `it's {sense}. think of {example}.
     oh, that's {sense}, like {example}.
     a~ {thing}? that's just {sense}. for example, {example}.
     simple: {sense}. you know, {example}.`,
  ),
  plain(
    `when should I plant {crop}?
     {P} wants to plant {crop} in {rainMonth}. is that a good idea?
     what is the right time to plant {crop}?`,
    `wait for the [first|steady] rains, [I'd say around|maybe in] {rainMonth}, and then put {crop} in straight rows.
     hmm, {rainMonth} is fine if the rain is steady. ask a farmer in your area, the land differs.`,
  ),
  plain(
    `how do I grow {crop}?
     what do I need to grow {crop}?
     {P} has a small farm. how does {he} grow {crop}?`,
    `clear the ground, add a little manure, and plant in rows. pull the weeds often and your {crop} will do well.
     with a good {tool} and some patience! prepare the soil first, then plant the {crop} after the second rain.`,
  ),
  plain(
    `the leaves of my {crop} are turning [yellow|brown]. what can I do?
     insects are eating my {crop}. what should I do?
     {P}'s {crop} looked weak in {month}. what can {he} do?`,
    `take a few leaves to [the farm office|a farmer you trust] and ask. often it's just too little water.
     pull the weeds, water the {crop} in the evening, and spread some ash around. it helps a lot!`,
  ),
  plain(
    `I have a~ {ache}. what should I do?
     my {relative} has a~ {ache}. what can I do?
     {P} woke up with a~ {ache}. should {he} go to school?
     is a~ {ache} dangerous?
     what helps against a~ {ache}?`,
    `oh, I'm sorry! rest, drink plenty of water, and see a nurse if it isn't better in [two|three] days.
     poor [thing|you]! a quiet day in bed helps. if the {ache} gets worse, go to the clinic, okay?
     mostly it goes away with rest. but if there's a high fever too, please see a doctor soon.`,
  ),
  plain(
    `how do I learn {subject}?
     I find {subject} hard. what can I do?
     {P} has a~ {subject} test on {weekday}. how should {he} prepare?
     how can I help my {relative} with {subject}?
     is {subject} difficult?`,
    `a little every day beats one long night! do [twenty|thirty] minutes of {subject} and take a break.
     find a friend and explain {subject} to each other. it sticks much better that way.
     don't worry, {subject} gets easier. start with what you know, then do one new thing each day.`,
  ),
  plain(
    `I lost my {lostThing}. where should I look?
     {P} cannot find {his} {lostThing}. what should {he} do?
     my {lostThing} is lost. I last had it at {place}. what now?
     somebody took my {lostThing} by mistake at {place}. how do I find it?`,
    `try the last place you were, and ask around. [somebody|a kind person] may have kept your {lostThing}!
     look under the bed and in yesterday's pockets first, it's nearly always there. no luck? then ask at {place}.
     oh dear! walk back the same way slowly. next time keep the {lostThing} in one fixed spot.`,
  ),
  plain(
    `my {household} does not work. what can I do?
     {P}'s {household} [makes a strange noise|stopped suddenly]. should {he} open it?
     my {household} broke on {day}. can I repair it myself?`,
    `first pull it out of the wall or switch it off. if the {household} still won't run, let a repairer see it.
     I wouldn't open it myself! a small repair shop can look at the {household} for little money.
     hmm, have you checked the switch and the wire? if that's not it, a good repairer fixes a~ {household} in a day.`,
  ),
  plain(
    `where can I get my {household} repaired in {town}?
     who repairs a~ {household}?
     I live near {place}. where can I take my broken {household}?`,
    `try a small repair shop near {place}, and ask for the price first.
     ask your neighbours, somebody always knows a good repairer. in {town} there's surely one near {place}.`,
  ),
  plain(
    `will it rain in {town} in {rainMonth}?
     is {rainMonth} a wet month in {town}?
     {P} travels to {town} in {rainMonth}. does {he} need an umbrella?`,
    `most likely, yes! {rainMonth} is wet in many places, so take an umbrella to {town}.
     I think so. bring a light raincoat, and keep the dry shoes in your bag.`,
  ),
  plain(
    `what should I wear in {town} in {month}?
     I am going to {town} in {month}. what should I pack?
     {P} visits {town} in {month}. which clothes should {he} take?`,
    `light clothes, good shoes, and one warm thing for the evening. that's enough for {town} in {month}.
     pack a~ {colour} shirt or two, a hat for the sun, and something for the rain. better safe than sorry!`,
  ),
  plain(
    `what can I cook with {vegetable} and {staple}?
     I only have {staple} and {vegetable}. what can I make?
     {P} has {staple}, {vegetable} and a little oil. what can {he} cook?`,
    `make a quick sauce! fry some onions, add the {vegetable}, and eat it with the {staple}. done in half an hour.
     oh, {staple} and {vegetable} go together nicely. a pinch of salt, a little oil, and you're happy.`,
  ),
  plain(
    `how do I keep {vegetable} fresh?
     where should I keep {vegetable}?
     my {vegetable} go bad quickly. what can I do?`,
    `somewhere cool and shady, and not in a closed bag. and use the {vegetable} within a few days!
     wrap them in a [dry|clean] cloth and keep them off the floor. {vegetable} don't like the sun.`,
  ),
  plain(
    `I am [tired|bored|sad|nervous] today. what should I do?
     what can I do on {day} evening in {town}?
     {P} is bored. what can {he} do with {P2}?
     what is a good game for {smallNumber} children?
     what should I drink when it is hot?`,
    `how about a round of {game} with a~ {friend}? after that, some {drink} and you'll feel better.
     take a short walk to {place}, then have {drink} and {snack}. works for me every time!
     call a~ {friend} and play {game}! and if you're [tired|worn out] later, go to bed early.`,
  ),
  plain(
    `what gift should I bring for my {relative}?
     what can {P} give {his} {friend} for a birthday?
     I am visiting my {relative} in {town}. what should I bring?
     how do I thank my {friend} for help?`,
    `something small is fine! maybe {fruit}, a~ {colour} scarf, or a nice card in your own words.
     bring {fruit} and a big smile. people remember the visit, not the price.
     cook something, like a pot of {vegetable} stew. a gift you make yourself is always welcome.`,
  ),
  plain(
    `how long does a tailor need for a~ {cloth}?
     when will my new {cloth} be ready at the tailor's?
     {P} needs a~ {colour} {cloth} by {day}. how long does a tailor take?`,
    `a good tailor does a~ {cloth} in about {smallNumber} days. before the holidays it takes longer!
     maybe {smallNumber} days, I'd say. go early and ask for a fixed day.`,
  ),
  plain(
    `how much does a tailor take for a~ {cloth}?
     what does it cost to sew a~ {cloth} in {town}?
     how much should {P} pay the tailor for a~ {colour} {cloth}?`,
    `hmm, maybe {money:3000-9000-500} for a~ {cloth}. agree on the price before the cutting starts!
     around {money:3000-9000-500}, and a bit more if you want pockets and nice buttons.`,
  ),
  plain(
    `my {colour} {cloth} is torn. can it be mended?
     I have a hole in my {cloth}. what can I do?
     {P} tore {his} {colour} {cloth}. what should {he} do?`,
    `sure, it can! take the {cloth} to a tailor near {place}. it's cheap, and it'll look new again.
     a small hole? a needle and some thread will do. for a big one, let a tailor fix the {cloth}.`,
  ),
  plain(
    `how do I wash a~ {colour} {cloth}?
     how can I get a stain out of my {cloth}?
     {P} has oil on {his} {colour} {cloth}. how does {he} wash it?`,
    `cold water and a bit of soap, then dry the {cloth} in the shade. hot sun takes the colour out!
     rub the {cloth} gently with soap, wait ten minutes, and rinse it well. don't use hot water.`,
  ),
];
