import { frames } from './scene';

interface Topic {
  /** The table whose row the text is about. */
  readonly table?: string;
  /** A text takes one frame of each part, in this order. */
  readonly parts: readonly (readonly string[])[];
}

/** Parts are parted by blank lines; each line is a frame. */
function topic(text: string, table?: string): Topic {
  const parts = text.split(/\n\s*\n/).map(frames);
  return table === undefined ? { parts } : { table, parts };
}

export const EVERYDAY_TOPICS: readonly Topic[] = [
  topic(
    `on {day} {P} [wanted|decided] to cook {dish} for {his} {relative}.
     {P} [loves|is very fond of] {dish}, and {his} {relative} taught {him} how to make it.
     everyone in the house of {P} in {town} was hungry, so {he} cooked {dish}.
     {dish} is a [favourite|well-known] dish in the house of {P}.

     [for it|first] {he} [bought|got] {first}, {second} and {third} at the market.
     {he} had {first} and {second} in the kitchen, but {he} had to [buy|ask {P2} for] {third}.
     it is made with {first}, {second} and {third}, and all of them must be fresh.

     {he} [washed|prepared] everything and lit the fire. the rule is to {method}.
     the [most important step|secret] is to {method}. this must not be done in a hurry.
     "you must {method}," said {his} {relative2}, "and [do not rush|be patient]."

     after about {minutes} minutes the food was ready, and it was {taste}.
     it took {minutes} minutes. {he} tasted it and [found|noticed] that it was {taste}.
     {minutes} minutes later a good smell filled the [house|kitchen]. the food was {taste}.

     [they all sat down and ate|everyone ate well], and nothing was left in the pot.
     {P2} came by [just in time|at the right moment] and [got|was given] a full plate.
     {he} kept a [small|little] plate for {P2}, who came home late.
     they drank {drink} with it and [talked|laughed] until it was dark.`,
    'dish',
  ),
  topic(
    `{P} keeps {smallNumber} {animals} behind {his} house in {town}.
     last {month} {P} [bought|was given] a~ {animal} by {his} {relative}.
     the {animal} is [a well-known|a useful] animal. people keep {animals} for {use}.
     there is a~ {animal} at the house of {P}, and the children [love|like] it.

     {animals} eat {food}, and they need clean water every day.
     it [is fed|gets] {food}. [in the morning|twice a day] it gets fresh water as well.
     the food of {animals} is {food}. in the dry season it is [harder|not so easy] to find.

     the best home for {animals} is {home}, which should be dry and [clean|safe].
     {P} [says|knows] that a~ {animal} {habit}, and everyone who has watched one [agrees|has seen it].
     a~ {animal} {habit}. that is why people [tell stories about it|like to watch it].

     a young one is called a~ {young}, and it stays close to its mother.
     [one morning|on {day}] a small {young} was found there. it was weak, but {P} took care of it.
     when a~ {young} is born, it [is weak|needs warmth] and stays near its mother for some time.

     {P2} [helps|sometimes helps] {P} to clean the place, and so both of them know the animals well.
     a farmer who treats {animals} well [has little trouble|gets much back from them].
     when one of them is ill, {P} calls the animal doctor [at once|from the next town].
     children learn from animals that {lesson}.`,
    'animal',
  ),
  topic(
    `on {day} morning {P} [travelled|went] from {from} to {to} to [see|visit] {his} {relative}.
     {P} had never been to {to}. in {month} {he} [left|set out from] {from} to visit {his} {relative} there.
     the [journey|trip] from {from} to {to} takes about {hours} by {vehicleName}. {P} makes it every {month}.

     {he} [reached|was at] the station at {clock} and paid {money:2500-9000-500} for a seat by the window.
     the ticket cost {money:2500-9000-500}, and {he} got a seat [near|behind] the driver.
     {he} packed a small bag with [clean clothes|two shirts], {snack} and a bottle of {drink}.

     on the way {he} saw {sight}.
     from the window one sees {sight}.
     [children waved|people sold {snack}] at the roadside, and a little later there came {sight}.

     beside {him} sat {seller}, who [told|was telling] stories all the way.
     {P2}, who sat next to {him}, shared {his2} {fruit} with everyone.
     once the {vehicleName} had to stop because of [a fallen tree|a flock of sheep|heavy rain], but nobody [complained|was angry].

     after {hours} {he} [arrived|reached] {to}, where {his} {relative} was already waiting.
     when they arrived in {to}, the sun was [high|low] and {he} was [tired|hungry] but {feeling}.
     in {to} {his} {relative} [met {him}|stood] at the station and carried {his} bag home.

     in the evening they sat outside, [drank|had] {drink} and talked about old times.
     {he} stayed for {smallNumber} days and [went home|came back] {feeling}.
     "[next time|the next time], bring {P2} along," {he} was told when {he} left.`,
    'trip',
  ),
  topic(
    `{P} [went|walked] to the market in {town} on {day} to buy {ware}.
     [early on|on] {day} {P} [needed|wanted] {ware}, so {he} took a bag and went to the market in {town}.
     {P} sells {ware} at the market in {town}. {he} is there from [dawn|early morning] until dusk.

     [a good buyer knows|everyone knows] that good {ware} should be {sign}.
     {he} looked at the {ware} [carefully|with care], because good {ware} should be {sign}.
     {his} {relative} had taught {him} how to choose: good {ware} must be {sign}.

     at the first stall [the price was|they asked for] ₦{high} for a {unit}, and at the second it was ₦{low}.
     "₦{high} for a {unit}," said the seller. "that is too much," the buyer answered. they [agreed on|settled for] ₦{low}.
     a {unit} [costs|cost] between ₦{low} and ₦{high}, and the price changes with the season.

     [both were|each of them was] satisfied, and the seller added a little [extra|more] as a gift.
     {P2}, whose stall is next door, [laughed|smiled] and said that {lesson}.
     [it began to rain|the sun was hot], and the traders pulled their cloths over the stalls.
     beside the stall {seller} sold {fruit} and sang.

     before {he} went home, {he} also [bought|took] some {vegetable} and {fruit}.
     in the evening {he} counted {his} money and was {feeling}.
     {he} carried everything home [on a motorcycle|in a taxi|on {his} head] and cooked a good [meal|dinner].`,
    'ware',
  ),
  topic(
    `{P} [has|owns] a [small|large|good] farm near {town}, where {he} grows {crop} and {crop2}.
     on the farm of {P} near {town} there are {crop} and {crop2}.
     every year {P}, a farmer from [the country near|a village near] {town}, plants {crop} and {crop2}.

     [before the rains|in {dryMonth}] {he} clears the ground with {his} {tool} and [burns|gathers] the dry grass.
     the work begins with the {tool}, because the [ground|soil] is hard after the dry season.
     {his} {relative} helps {him} to [prepare|clear] the land, and they rest only at noon.

     when the first rain falls, {he} plants the {crop} in [long|straight] rows.
     in {rainMonth} the rain is steady, and then the [fields|plants] become green quickly.
     {he} plants after the second rain, since the first one may [deceive|fool] a farmer.

     weeds [come up|grow] as well, and {he} has to pull them out [every week|again and again].
     last year the rain [stopped early|came late], and {he} had to carry water from the stream.
     birds and [goats|insects] want their share, so the children [watch|guard] the field.
     {he} spreads [manure|ash and manure] around the plants, and they [become|grow] strong.

     at the harvest [neighbours|friends] come to help, and everybody [goes home with|gets] a full bag.
     the harvest filled {num:6-40} bags. {he} kept some for the family and sold the rest in {town}.
     {P2} buys most of the {crop} and [takes|carries] them to the market in {town}.
     the best seeds are kept dry for the next year, as {his} {relative2} taught {him}.`,
  ),
  topic(
    `in {rainMonth} the rain [came|fell] every [afternoon|evening] in {town}.
     one {day} in {rainMonth} the sky over {town} [turned|became] black in the middle of the day.
     the rainy season had begun, and {P} saw dark clouds over {town}.

     the wind [rose|blew hard], and {P} ran to take the clothes from the line.
     first there was a strong wind, then thunder, and then [heavy drops|the rain] hit the roofs.
     {P} was [on the way home|at the market] without an umbrella and had to wait under a [tree|roof].

     the gutters [filled|ran over], and children [jumped|played] in the puddles.
     on the road the cars drove slowly, [because|since] the drivers could hardly see.
     {P2} put [buckets|bowls] under the edge of the roof to catch the water.
     soon the street looked like a [small river|stream], and the traders covered their goods with plastic.

     after [an hour|half an hour] the rain stopped, and the air was [cool|fresh] and clean.
     in the evening the clouds went away, and the [stars|moon] came out.
     when it was over, a rainbow stood above the [hills|houses].

     "this is good for the {crop}," said {his} {relative}, who [has|knows] a farm.
     {P} drank hot {drink}, ate {snack} and listened to the [frogs|drops from the roof].
     [people|the neighbours] came out again and [swept|cleaned] the water from their doors.
     the farmers were {feeling}, for the {crop} [needed|had waited for] the rain.`,
  ),
  topic(
    `in {dryMonth} the harmattan [blows|comes] from the north and [covers|brings dust to] {town}.
     the dry season in {town} is [dusty and cool|dry and bright]. the wind [comes from|blows across] the desert.
     {P} [does not like|enjoys] {dryMonth}, when a dry wind [fills|covers] {town} with dust.

     in the morning it is cold, and [people wear|{P} wears] a thick {colour} sweater.
     lips and hands become dry, so [people|the whole family of {P}] rub them with oil.
     the sun looks like a pale [coin|plate], and one cannot see the hills.

     dust lies on [the table|the chairs] again an hour after {P} has [wiped|cleaned] it.
     clothes dry within an hour, but they must be [shaken|brushed] before one wears them.
     the streams become small, and the women [walk|have to go] far for water.

     fires spread quickly now, so nobody should burn grass near [a house|a farm].
     {P2} [coughs|has a cough] and drinks warm {drink} with honey.
     the farmers [sell|bring] their {crop} and repair their tools, for there is [less|little] work in the fields.

     by noon the air is [warm|hot], and in the evening [people sit|everyone sits] around a fire and tells stories.
     [at last|after some weeks] the first rain washes the dust from the leaves, and everything is green again.
     "the rain will come back," says {his} {relative}. "{lesson}."`,
  ),
  topic(
    `{P} is in [class four|class five|the last class] of a school in {town}. {his} favourite subject is {subject}.
     {P} [found|thought] {subject} hard, and {his} marks in {subject} were [low|not good].
     on {weekday} the class of {P} [had|wrote] a test in {subject}.

     every [evening|afternoon] {he} sits at the table and studies for an hour.
     {his} {relative} sat down with {him} [each|every] evening and [asked|explained] the questions one by one.
     {P2}, who is good at {subject}, [helped|showed] {him} how to [begin|work] step by step.

     {he} writes every new word in a~ {colour} notebook and reads it [again|once more] before {he} sleeps.
     at first {he} [understood|could do] little, but after some weeks it became easier.
     the teacher [told|reminded] the class that {lesson}.

     in the break the children play {game} and [share|eat] {snack} under the mango tree.
     when the bell rang, {he} was [nervous|calm] and read each question twice.
     {he} made mistakes, but {he} [asked|wanted to know] why they were wrong and [learned|did not repeat them].

     in the end {he} got {num:60-98} marks out of a hundred, and {his} {relative2} was {feeling}.
     at the end of the term {he} was [second|third|fifth] in the class and got a new [book|pen].
     now {he} [helps|teaches] the younger children, and {subject} is {his} [best|favourite] subject.`,
  ),
  topic(
    `{P} woke up on {day} with a~ {ache}. {his} head was [hot|heavy] and {he} did not want to eat.
     in {month} {P2}, the {friend} of {P}, had a~ {ache} and stayed in bed. {P} [visited|went to see] {him2}.
     a~ {ache} [is not always|is seldom] dangerous, but {P} felt weak and [went|was taken] to the clinic in {town}.

     [at the clinic|there] the nurse asked how long it had lasted and [wrote|put] the answer on a card.
     {his} {relative} [boiled|gave {him}] water with ginger and told {him} to rest.
     the doctor [listened|looked carefully] and asked a few questions about food and sleep.

     the [advice|rule] was simple: drink clean water, sleep enough and take the medicine at the [right|same] time.
     "take one tablet in the morning and one in the evening," the nurse said, "and [come back|return] in three days."
     nobody should take medicine that was [given|sold] to another person, for it may do harm.

     the visit cost {money:1500-6000-500}, and the medicine cost {money:800-4500-100}.
     {P} [slept|rested] for two days, drank {drink} and ate [soup|a little porridge].
     the windows were opened, and the bed was [moved|put] where the air was fresh.

     after {smallNumber} days the {ache} was gone, and everyone was glad.
     on {weekday} the patient [was back|could go back] at work and [thanked|greeted] the nurse on the way.
     since then the family sleeps under nets, washes hands and keeps the water [covered|clean].`,
  ),
  topic(
    `one {day} {P} could not find {his} {lostThing}. {he} had had it at {place}.
     {P} [lost|left] {his} {lostThing} at {place} in {town}.
     on the way home from {place} {P} [noticed|saw] that {his} {lostThing} was gone.

     {he} [looked|searched] under the bed, behind the door and in every [bag|pocket].
     {he} walked back the same way and [asked|questioned] everyone {he} met.
     {his} {relative} told {him} to sit down and [think|remember] where {he} had been.

     {seller} had seen it, but did not know who [took|had taken] it.
     a [boy|girl] remembered that {P2} had picked something up from the ground.
     nobody had seen it, and {he} [almost|nearly] gave up.

     then {P2} came to the house with the {lostThing} in {his2} hand. "I [found|saw] it on the ground," {he2} said.
     in the evening {P2} called: the {lostThing} was safe [at {his2} house|in {his2} shop].
     at last {he} found it at home, [under a newspaper|behind a chair]. it had been there all the time.

     {P} was {feeling} and [brought|gave] {P2} a bag of {fruit}.
     now {he} keeps the {lostThing} [on a nail|in a box] beside the door.
     "thank you," said {P}. {he} learned that {lesson}.`,
  ),
  topic(
    `[every morning|on working days] {P}, a~ {job} in {town}, gets up at [five|half past five|six] o'clock.
     the day of {P} begins early. {he} is a~ {job} in {town}, and the work [starts|begins] at {clock}.
     {P} has worked as a~ {job} in {town} for {smallNumber} years.

     {he} washes, [sweeps|cleans] the yard and drinks a cup of {drink}.
     for breakfast {he} has {snack} and {drink}, and then {he} [irons|puts on] a~ {colour} shirt.
     {his} {relative} [prepares|makes] breakfast while {he} [wakes|calls] the children.

     at {clock} {he} takes the {vehicle} [to work|into town]. it is full, but the people are friendly.
     {he} walks to work, because it is [healthy|not far] and costs nothing.
     on the way {he} [greets|meets] {P2}, and they talk about the [news|weather].

     at noon {he} rests for an hour and eats {staple} with {vegetable}.
     the work is [hard|not easy], but {he} [likes|enjoys] it, for {he} meets many people.
     in the afternoon it [becomes|is] hot, and {he} works more slowly.

     in the evening {he} [plays|watches] {game} with {his} {friend}s or reads [a book|the newspaper].
     at [nine|ten] {he} locks the door, [writes|plans] the list for the next day and goes to bed.
     when {he} comes home, {he} is tired but {feeling}, and the whole family eats together.`,
  ),
  topic(
    `the {household} of {P} [stopped|broke] on {day}. it had worked for {smallNumber} years.
     one evening the {household} in the house of {P} [made a strange noise|began to smoke], and then it was silent.
     {P} bought a~ {household} in {town} for {money:8000-60000-1000}. after {smallNumber} [weeks|months] it did not work any more.

     {he} pulled the plug out and [looked at it carefully|did not touch it again].
     first {he} checked the [plug|wire] and the switch, but they were [in order|fine].
     {his} {relative} wanted to open it, but {he} said that this was dangerous.

     {he} [took|carried] it to {P2}, who repairs such things in a small shop near {place}.
     near {place} there is a repairer called {P2}. {P} went to {him2} and [explained|told {him2}] what had happened.

     {P2} opened it and [found|saw] a burnt wire. "that is [easy|soon done]," {he2} said.
     {P2} [cleaned|changed] a small part and asked {P} to wait for [an hour|twenty minutes].
     it needed a new part, which had to come from another town and took {smallNumber} days.

     the repair cost {money:1000-7000-500}, [much less|far less] than a new one.
     {P} paid {money:1000-7000-500} and [got|was given] a receipt.

     [now|since then] it works [again|well], and {P} always turns it off before {he} goes out.
     "take good care of it," said {P2}, "for {lesson}."
     at home everybody was {feeling} that it worked again.`,
  ),
  topic(
    `{P} needed a new {colour} {cloth} for [a wedding|a naming day|a festival] in {town}.
     in {month} {P} took some {colour} cloth to {P2}, a tailor in {town}, and [ordered|asked for] a~ {cloth}.
     {P} wanted to wear a~ {colour} {cloth} at the wedding of {his} {relative}.

     the cloth [cost|was sold for] {money:2500-9000-500} a yard, and {he} bought {smallNumber} yards.
     at the market there was cloth in every colour, but {he} [liked|loved] the {colour} one.
     {he} [chose|picked] a strong cloth, because it should last for many years.

     the tailor took the measure, [wrote|noted] the numbers in a book and asked for half of the money.
     "come back on {weekday}," said the tailor, "and [bring|do not forget] the rest of the money."
     the tailor drew lines with chalk, cut the cloth and [sewed|joined] the pieces on an old machine.

     on {weekday} it was [ready|finished], but the sleeves were too [long|short], and they were changed in [an hour|a few minutes].
     when {he} tried it on, it [fitted|sat] well, and {he} [turned|looked] twice before the mirror.

     at the feast everyone [praised|admired] it, and they [danced|sang] until late.
     {his} {relative2} was {feeling} and [asked|wanted to know] for the name of the tailor.
     there was {drink} and much food, and the music [went on|played] until midnight.
     afterwards {he} washed it in cold water and [dried|hung] it in the shade.`,
  ),
  topic(
    `{P} wanted to save money for a~ {household}. it [cost|was sold for] {money:30000-90000-5000}.
     {P}, a~ {job}, earns {money:60000-180000-5000} a month and [tries|likes] to save a part of it.
     a small plan for money helps a family. {P} from {town} makes [such a plan|one] every month.

     {he} wrote [down|on a page] what the family needs: food, rent, transport and school.
     {he} put {money:2000-9000-500} into a box every {day} and told nobody [where it was|about it].
     {his} {relative} said that one should save first and spend [later|afterwards].

     it was not [always easy|easy], for in {month} the price of {staple} went up.
     {P2} often asked {him} to [come to parties|buy new clothes], but {he} [refused|stayed at home].
     to save a little more, {he} [walked to work|cooked at home] and sold {snack} at the weekend.

     after {smallNumber} months {he} opened the box and [counted|found] more than {he} had hoped.
     at the end of the year there was enough money, and {he} [bought|got] what {he} wanted.
     half of it went into the bank, where it is [safer|safe] than under a bed.

     {he} [says|tells {P2}] now that {lesson}.
     {his} {friend} was surprised and [began|started] to save as well.
     the whole family was {feeling}, and {he} began a new plan [the next day|at once].`,
  ),
  topic(
    `a new {friend}, {P2}, moved into the house next to {P} in {town}.
     {P} and {P2} have lived [side by side|in the same street] in {town} for {smallNumber} years.
     {P2} is the neighbour of {P} in {town}, and their children [grew up|play] together.

     on {day} {P} [brought|carried] a bowl of {fruit} to the door and said welcome.
     when {P2} was ill in {month}, {P} [cooked|brought] soup and fetched water.
     one {day} {P} had no {staple} left, so {he} [knocked|asked] next door.

     "[come in|please come in]," said {P2}, "and have some {drink}." they sat down and talked [for an hour|until dark].
     they talked about {town}, about work and about the price of {staple}.
     {P2} told {him} about {his2} {relative}, who is a~ {job} in {town2}.

     once they had a quarrel because of [loud music|a fence|a barking dog], but they [talked|sat down] and made peace.
     at night they [watch|look after] each other's houses, and no thief comes near.
     when a pipe burst in the yard, both [came|worked] with buckets until it was dry.

     a good neighbour is worth more than a far-away [brother|relative].
     now they [share|drink] {drink} every {day2} and play {game}.
     {P} often says that {lesson}, and {P2} [nods|agrees].`,
  ),
  topic(
    `"{kin}, where does the water in the river come from?" [asked|said] {P}. they were walking near {town}.
     one evening {P} asked {his} {relative} why the sky becomes red [at the end of the day|when the sun goes down].
     {P} lay in the grass near {town} and looked at the [stars|moon]. "{kin}," {he} asked, "how far away is it?"
     the child {P} [saw|watched] ants on the wall and asked where they were going [in such a long line|with the grains].

     the answer was not short, and {he} listened [carefully|with open eyes].
     "that is a good question," was the answer. "[let us look|sit down, and I will tell you]."
     {he} got a long answer and [understood|remembered] about half of it.

     "[everything|each thing] in nature has its reason," {he} [heard|was told]. "we only have to look [closely|patiently]."
     they looked [in a book|closer] together and found a picture that explained it.
     the next day {his} teacher [drew|made] a picture on the board, and it became clear.

     {P2} [had asked|wanted to know] the same thing, and {P} was proud to explain it.
     then {he} asked what was behind it. [everybody laughed|the next answer was shorter].
     then it was time for {drink} and bed, but {he} had {smallNumber} new questions.

     that night {he} dreamed of [rivers and mountains|the sky] and woke up {feeling}.
     {he} wrote it down in a~ {colour} book, where {he} [keeps|collects] all such things.
     since that day {he} looks at the world with [other|sharper] eyes.`,
  ),
];
