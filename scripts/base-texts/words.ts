function words(text: string): string[] {
  return text.split(',').map((word) => word.trim());
}

/** Rows of a table: the first line names the columns, `|` parts them. */
function table(text: string): Record<string, string>[] {
  const [head, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i] ?? ''])));
}

const WOMEN = words(
  'Ada, Ngozi, Amina, Bisi, Chioma, Fatima, Halima, Ify, Kemi, Ladi, Maryam, Nkechi, Funke, Zainab, Efe, Uju, Tola, Rita, Grace, Joy, Blessing, Patience, Hauwa, Aisha, Yetunde, Ronke, Sade, Titi, Amaka, Ebele, Obiageli, Ini, Eno, Esther, Ruth, Mercy, Comfort, Peace, Rahila, Talatu, Asabe, Bola, Dupe, Simi, Folake, Nneka, Adanna, Ogechi, Ene, Onyinye',
);
const MEN = words(
  'Emeka, Tunde, Musa, Bello, Chidi, Ibrahim, Segun, Sani, Kunle, Obinna, Yusuf, Garba, Femi, Dayo, Uche, Ahmed, Abdul, Peter, John, Samuel, Daniel, David, Moses, Joseph, Isaac, Aliyu, Umar, Haruna, Danjuma, Audu, Ikenna, Nnamdi, Kelechi, Okon, Bassey, Effiong, Osaze, Ovie, Tega, Wale, Gbenga, Rotimi, Biodun, Lanre, Victor, Felix, Simon, Tersoo, Terna, Ejike',
);

export const PEOPLE: readonly (readonly [string, string])[] = [
  ...WOMEN.map((name) => [name, 'f'] as const),
  ...MEN.map((name) => [name, 'm'] as const),
];

/** Lists of words by their meaning; each word fits every frame that asks for its list. */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  woman: words('mother, sister, aunt, wife, daughter, grandmother, cousin, niece'),
  man: words('father, brother, uncle, husband, son, grandfather, cousin, nephew'),
  relative: words(
    'mother, father, sister, brother, aunt, uncle, cousin, grandmother, grandfather, elder sister, elder brother, younger sister, younger brother',
  ),
  friend: words('friend, neighbour, colleague, classmate, old friend, workmate, roommate'),
  job: words(
    'teacher, trader, tailor, driver, nurse, farmer, carpenter, student, mechanic, baker, welder, hairdresser, cook, clerk, plumber, painter, electrician, shoemaker, photographer, shopkeeper, fisherman, bricklayer, cleaner, gardener, musician, engineer, pharmacist, printer, security guard, barber, librarian, accountant, potter, weaver, journalist',
  ),
  town: words(
    'Lagos, Ibadan, Kano, Enugu, Kaduna, Abuja, Jos, Owerri, Aba, Calabar, Uyo, Benin City, Warri, Asaba, Onitsha, Awka, Abeokuta, Ilorin, Osogbo, Akure, Ado Ekiti, Lokoja, Makurdi, Minna, Sokoto, Katsina, Zaria, Bauchi, Gombe, Yola, Maiduguri, Jalingo, Lafia, Port Harcourt, Abakaliki, Umuahia, Ijebu Ode, Ogbomoso, Nsukka, Gusau, Dutse',
  ),
  weekday: words('Monday, Tuesday, Wednesday, Thursday, Friday'),
  day: words('Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday'),
  month: words('January, February, March, April, May, June, July, August, September, October, November, December'),
  clock: words('seven, half past seven, eight, half past eight, nine, half past nine, ten'),
  smallNumber: words('two, three, four, five, six, seven, eight'),
  rainMonth: words('April, May, June, July, August, September'),
  dryMonth: words('December, January, February'),
  vegetable: words(
    'tomatoes, onions, peppers, carrots, cabbages, cucumbers, okra, spinach, garden eggs, pumpkin leaves, bitter leaf, green beans, lettuce',
  ),
  fruit: words('oranges, mangoes, bananas, pawpaws, pineapples, guavas, watermelons, avocados, limes, cashew fruits'),
  staple: words('rice, beans, garri, yam flour, maize, millet, groundnuts, semolina, wheat flour, sorghum'),
  crop: words(
    'maize, cassava, yams, groundnuts, cowpeas, millet, sorghum, rice, tomatoes, peppers, okra, soya beans, cocoyams, melons, ginger, sesame',
  ),
  tool: words('hoe, cutlass, rake, shovel, wheelbarrow, watering can, spade, sickle'),
  seller: words('an old woman, a young man, a cheerful woman, a quiet man, a tall woman, a boy of about twelve'),
  drink: words('tea, water, zobo, kunu, orange juice, cocoa, coffee'),
  snack: words(
    'roasted maize, fried plantain, groundnuts, bread and butter, chin chin, puff puff, boiled eggs, biscuits',
  ),
  subject: words(
    'mathematics, English, biology, geography, history, physics, chemistry, economics, civics, agricultural science, literature, music',
  ),
  colour: words('red, blue, green, yellow, white, black, brown, grey, purple, orange'),
  cloth: words('dress, shirt, wrapper, gown, pair of trousers, school uniform, skirt, blouse, kaftan'),
  vehicle: words('bus, minibus, taxi, train, car'),
  ache: words('headache, fever, cough, sore throat, toothache, stomach ache, cold'),
  game: words('football, draughts, table tennis, chess, basketball, ludo, hide and seek'),
  place: words(
    'the market, the church hall, the bus stop, the school gate, the clinic, the river bank, the town hall, the library',
  ),
  lostThing: words('key, phone, purse, bag, umbrella, watch, school bag, exercise book, bicycle pump, pair of glasses'),
  household: words('radio, fan, kettle, iron, torch, wall clock, sewing machine, generator, blender, fridge, lamp'),
  feeling: words('happy, proud, relieved, thankful, content, cheerful'),
  lesson: words(
    'patience costs nothing, a small kindness goes far, good work takes time, it is better to ask than to guess, a thing done early is done well, friends make a load lighter, little by little a great thing is made, whoever plans the day wastes less of it',
  ),
};

/** Rows of things that belong together; a text draws one row and keeps to it. */
export const TABLES: Readonly<Record<string, readonly Record<string, string>[]>> = {
  dish: table(`
    dish | first | second | third | method | minutes | taste
    jollof rice | rice | tomatoes | onions | cook the rice slowly in the fried tomato sauce | 40 | smoky and a little hot
    yam porridge | yam | palm oil | pepper | boil the yam pieces in the seasoned oil and water | 35 | soft and rich
    beans porridge | beans | palm oil | onions | boil the beans until they are soft and stir in the oil | 60 | thick and filling
    egusi soup | ground melon seeds | palm oil | bitter leaf | fry the melon paste in the oil and add the leaves at the end | 50 | nutty and rich
    okra soup | okra | fish | pepper | simmer the fish and add the chopped okra for the last few minutes | 25 | fresh and light
    vegetable soup | spinach | palm oil | dried fish | cook the fish in the oil and stir in the leaves quickly | 30 | green and savoury
    pepper soup | goat meat | hot pepper | onions | simmer the meat in a thin spicy broth | 45 | hot and warming
    fried rice | rice | carrots | green beans | fry the boiled rice with the chopped vegetables | 35 | light and colourful
    moi moi | beans | peppers | eggs | steam the blended paste in small bowls | 50 | smooth and soft
    akara | beans | onions | pepper | beat the paste well and fry it by the spoon in hot oil | 30 | crisp outside and soft inside
    tomato stew | tomatoes | peppers | chicken | fry the blended tomatoes until the water is gone and add the chicken | 45 | sweet and a little sour
    groundnut soup | groundnuts | chicken | onions | stir the ground nuts into the broth and let it simmer | 45 | creamy and mild
    fried plantain | ripe plantains | vegetable oil | salt | fry the slices until both sides are golden | 15 | sweet and soft
    pancakes | flour | eggs | milk | pour the thin batter into a hot pan and turn it once | 20 | light and sweet
    fish stew | fresh fish | tomatoes | onions | let the fish cook gently in the tomato sauce | 30 | tender and spicy
    coconut rice | rice | coconut milk | onions | boil the rice in the coconut milk on a low fire | 35 | creamy and fragrant
    corn porridge | maize flour | milk | sugar | stir the flour into boiling water until it is thick | 15 | smooth and mild
    scrambled eggs | eggs | tomatoes | onions | fry the onions and tomatoes, then stir in the eggs | 10 | soft and salty
  `),
  animal: table(`
    animal | animals | food | home | use | young | habit
    goat | goats | grass, leaves and peelings | a pen | milk and meat | kid | climbs on anything it can find
    cow | cows | grass and hay | a field | milk, meat and hides | calf | chews its food twice
    sheep | sheep | grass and hay | a pen | wool and meat | lamb | follows the rest of the flock
    hen | hens | maize, seeds and insects | a coop | eggs and meat | chick | scratches the ground for food
    duck | ducks | water plants, snails and grain | a shed near a pond | eggs and meat | duckling | swims almost as soon as it hatches
    dog | dogs | meat, rice and bones | a kennel | guarding the house | puppy | barks when a stranger comes near
    cat | cats | fish, meat and mice | the house | keeping rats away | kitten | sleeps for most of the day
    rabbit | rabbits | grass, carrots and leaves | a hutch | meat and fur | kit | digs holes and hides at any noise
    donkey | donkeys | grass and straw | a stable | carrying loads | foal | stands still when the load is too heavy
    horse | horses | grass, hay and oats | a stable | riding and pulling carts | foal | sleeps standing up
    camel | camels | dry grass and thorny plants | the dry north | carrying goods across the desert | calf | goes many days without water
    pigeon | pigeons | seeds and grain | a loft | carrying messages long ago | squab | finds its way home from far away
    turkey | turkeys | grain and insects | a yard | meat | poult | spreads its tail like a fan
    pig | pigs | roots, grain and kitchen scraps | a sty | meat | piglet | rolls in mud to keep cool
  `),
  trip: table(`
    from | to | vehicleName | hours | sight
    Lagos | Ibadan | bus | two hours | the long bridge and the crowded toll gate
    Lagos | Abeokuta | train | two hours | the great rocks above the town
    Ibadan | Ilorin | bus | three hours | wide fields of cassava
    Enugu | Onitsha | minibus | two hours | green hills and the big river
    Kano | Kaduna | bus | three hours | flat fields of millet and small round huts
    Abuja | Kaduna | train | two hours | low hills and herds of cows
    Abuja | Lokoja | bus | three hours | the place where two great rivers meet
    Jos | Bauchi | taxi | two hours | cool hills and piles of smooth stones
    Benin City | Warri | minibus | two hours | rubber trees on both sides of the road
    Calabar | Uyo | taxi | two hours | palm trees and a slow brown river
    Owerri | Aba | minibus | an hour | roadside stalls full of fruit
    Sokoto | Gusau | bus | three hours | dry grass and lonely baobab trees
    Makurdi | Lafia | bus | two hours | the long bridge over the river
    Minna | Abuja | bus | three hours | yam farms and rocky hills
    Akure | Ado Ekiti | taxi | an hour | cocoa farms and forest
  `),
  ware: table(`
    ware | unit | low | high | sign
    tomatoes | basket | 6,000 | 8,500 | firm and bright red
    rice | bag | 62,000 | 70,000 | long and free of stones
    garri | paint bucket | 2,400 | 3,000 | dry and a little sour
    yams | heap | 9,000 | 12,000 | heavy and without soft spots
    beans | paint bucket | 4,200 | 5,000 | clean and without holes
    onions | small basket | 3,500 | 4,800 | dry on the outside
    fish | kilo | 3,200 | 4,000 | bright in the eye and red in the gills
    eggs | crate | 4,500 | 5,600 | clean and without cracks
    pepper | bowl | 1,500 | 2,200 | fresh and shiny
    palm oil | bottle | 1,400 | 1,900 | deep red and clear
    plantains | bunch | 3,000 | 4,500 | just turning yellow
    oranges | dozen | 1,200 | 1,800 | heavy for their size
    mangoes | dozen | 2,000 | 2,800 | soft near the stalk and sweet to smell
    groundnuts | bowl | 1,800 | 2,500 | dry and not bitter
    pineapples | piece | 900 | 1,400 | yellow at the bottom and fragrant
    cloth | yard | 2,500 | 3,800 | even in colour and strong at the edges
    sandals | pair | 5,500 | 8,000 | well sewn along the sole
    baskets | piece | 1,800 | 2,600 | tightly woven
  `),
  meaning: table(`
    thing | sense | example
    bridge | a road built over water or over another road | the one you cross to get to the other bank of a river
    market | a place where people meet to buy and sell | the row of stalls where you get your tomatoes and fish
    receipt | a small paper that shows what you paid | the slip a shop gives you after you buy a radio
    calendar | a list of the days and months of a year | the sheet with the twelve months that hangs on a wall
    compass | a small tool whose needle points to the north | what a sailor uses when he cannot see land
    thermometer | a tool that shows how hot or cold something is | the thin stick a nurse uses when you have a fever
    library | a house full of books that people may borrow | the quiet place where students go to read
    harvest | the time when ripe crops are gathered | when a farmer digs up all the yams
    drought | a long time without rain | when the stream dries up and the maize turns brown
    flood | too much water on land that is usually dry | when a river rises and enters the houses
    proverb | a short old saying that teaches something | what a grandfather says instead of giving a long speech
    budget | a plan for the money you get and spend | a list with your salary on top and your rent below it
    savings | money you keep for later | the notes you put away each month and do not touch
    loan | money you borrow and must pay back | what a trader takes to buy goods before a festival
    profit | what is left after you take the costs away from the sales | the ₦200 you make when you buy at ₦800 and sell at ₦1,000
    interest | the extra money paid on a loan | the small part a bank adds when you pay back late or early
    signature | your name written by your own hand in your own way | what you put at the bottom of a letter
    form | a paper or page with blank spaces to fill in | the sheet that asks for your name and address
    deadline | the last day on which something can be done | the Friday on which the forms must be in
    appointment | a set time to meet somebody | ten o'clock on Tuesday with the doctor
    passport photograph | a small clear picture of your face | the little square picture glued to a form
    password | a secret word that opens an account | something like a key that only you should have
    stamp | a mark pressed on a paper to show that it is real | the round blue ink on a letter from an office
    envelope | a paper cover for a letter | the thing you lick and close before you post a letter
    volcano | a mountain from which hot rock and ash come out | a hill that smokes and sometimes pours out fire
    island | land with water on every side | a place you can only reach by boat or bridge
    desert | a very dry land with little rain | a wide sandy place where camels walk
    rainbow | a bow of colours in the sky when sun and rain meet | the bright arch you see after a shower
    shadow | the dark shape behind something that stops the light | the long dark figure that follows you in the evening
    echo | a sound that comes back from a wall or a hill | your own voice when you shout in a valley
    vaccine | a medicine that teaches the body to fight a disease | the small injection babies get at the clinic
    bandage | a strip of clean cloth for a wound | what a nurse wraps round a cut finger
    fertiliser | plant food that farmers add to the soil | the grains a farmer spreads round his maize
    nursery | a bed or a school for the very young | the place where small seedlings grow before planting
    orchard | a piece of land with many fruit trees | the field full of orange and mango trees
    tenant | a person who pays rent to live in a house | the family that lives upstairs and pays each year
    landlord | the owner of a house that others rent | the man who collects the rent in January
    neighbour | a person who lives next to you | the woman whose door is beside yours
    apprentice | a person who learns a trade from a master | the boy who sweeps the workshop and learns to weld
    queue | a line of people who wait for their turn | the long row in front of a bank
    witness | a person who saw what happened | the trader who watched the two cars meet at the junction
    jury | a group of people who help to judge a case | twelve people who sit and listen in a court
    poem | a piece of writing with a rhythm | the short lines children learn by heart
    diary | a book in which you write about each day | the notebook under the pillow
    battery | a small store of electric power | what makes a torch shine without a wire
    generator | a machine that makes electricity from fuel | the noisy box behind the shop
    lever | a bar that helps you lift a heavy thing | the long stick you push under a stone
    pulley | a wheel and a rope for lifting loads | the wheel above a well
    magnet | a piece of metal that pulls iron to itself | the thing that picks up pins from the floor
    telescope | a tube with glasses that makes far things look near | what people use to see the moon closely
  `),
};
