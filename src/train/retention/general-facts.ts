/** Questions with answers on what most language models know: the world, nature, people and how things work. Written for this project. */
export const GENERAL_FACTS: readonly (readonly [question: string, answer: string])[] = [
  [
    'Why is the sky blue?',
    'Sunlight holds all colours. Air scatters short waves more than long ones, so blue light reaches us from every direction, while red light passes straight through.',
  ],
  ['What is the capital of France?', 'The capital of France is Paris, which lies on the river Seine.'],
  [
    'How many legs does a spider have?',
    'A spider has eight legs. Insects have six, which is one way to tell them apart.',
  ],
  [
    'Why do leaves change colour in autumn?',
    'When days grow short, trees stop making the green pigment chlorophyll. As it fades, the yellow and orange pigments that were there all along become visible.',
  ],
  ['What happens to water at 100 degrees Celsius at sea level?', 'It boils: it turns from a liquid into steam.'],
  ['Who wrote Romeo and Juliet?', 'The play Romeo and Juliet was written by William Shakespeare in the 1590s.'],
  [
    'What is photosynthesis?',
    'Photosynthesis is how plants make food. With the energy of sunlight they turn water and carbon dioxide into sugar, and give off oxygen.',
  ],
  [
    'Why do we have seasons?',
    'The axis of the Earth is tilted. For half of the year the northern half leans towards the Sun and has summer; in the other half of the year it leans away and has winter.',
  ],
  [
    'What is the largest ocean on Earth?',
    'The Pacific Ocean is the largest. It covers about a third of the surface of the Earth.',
  ],
  [
    'How does a vaccine work?',
    'A vaccine shows the immune system a harmless part of a germ. The body learns to recognise it, so that it can fight the real germ quickly later on.',
  ],
  [
    'What is the difference between weather and climate?',
    'Weather is what happens in the air today or this week. Climate is the average of the weather in a place over many years.',
  ],
  ['What do bees make honey from?', 'Bees make honey from nectar, the sweet juice that they collect from flowers.'],
  [
    'What is gravity?',
    'Gravity is the force that pulls things with mass towards each other. It keeps us on the ground and the Moon on its path around the Earth.',
  ],
  ['Which planet is closest to the Sun?', 'Mercury is the planet closest to the Sun.'],
  [
    'What does the heart do?',
    'The heart pumps blood through the body. The blood carries oxygen and food to every part and takes waste away.',
  ],
  [
    'Why does ice float on water?',
    'Water expands when it freezes, so ice weighs less than the same volume of water. That is why it floats.',
  ],
  [
    'What is the Great Wall of China?',
    'It is a long line of walls and towers in northern China, built over many centuries to protect the country from attacks.',
  ],
  [
    'How do fish breathe?',
    'Fish breathe with gills. Water flows over them, and the gills take up the oxygen that is dissolved in it.',
  ],
  [
    'What is a volcano?',
    'A volcano is an opening in the crust of the Earth through which hot melted rock, ash and gas come out.',
  ],
  [
    'In which year did people first walk on the Moon?',
    'People first walked on the Moon in 1969, on the mission called Apollo 11.',
  ],
  ['What is an atom made of?', 'An atom has a nucleus of protons and neutrons, and electrons that move around it.'],
  [
    'Why do we need sleep?',
    'Sleep lets the body rest and repair itself. It also helps the brain to store what was learned during the day.',
  ],
  [
    'What is a democracy?',
    'A democracy is a form of government in which the people decide, mostly by electing those who make the laws.',
  ],
  [
    'What is the longest river in Africa?',
    'The Nile is the longest river in Africa. It flows north for more than six thousand kilometres and ends in the Mediterranean Sea.',
  ],
  [
    'How is paper made?',
    'Paper is made from wood fibres. The wood is broken down into a wet pulp, which is spread out thinly, pressed and dried.',
  ],
  [
    'What is inflation?',
    'Inflation means that prices rise over time, so that the same amount of money buys less than before.',
  ],
  [
    'Why is the sea salty?',
    'Rain dissolves small amounts of salt from rocks, and rivers carry it to the sea. Water evaporates again, but the salt stays behind.',
  ],
  [
    'What is an antibiotic?',
    'An antibiotic is a medicine that kills bacteria or stops them from growing. It does not work against viruses such as those of a cold.',
  ],
  ['What is the boiling point of water in Fahrenheit?', 'Water boils at 212 degrees Fahrenheit at sea level.'],
  [
    'Who was Nelson Mandela?',
    'Nelson Mandela fought against apartheid in South Africa, spent twenty-seven years in prison, and became the first Black president of the country in 1994.',
  ],
  [
    'What is a solar eclipse?',
    'In a solar eclipse the Moon passes between the Sun and the Earth and covers the Sun for a few minutes.',
  ],
  [
    'What do roots do for a plant?',
    'Roots hold the plant in the soil and take up the water and minerals that it needs.',
  ],
  [
    'What is the internet?',
    'The internet is a network that connects computers all over the world, so that they can exchange data.',
  ],
  [
    'Why do boats made of steel float?',
    'A boat is hollow. It pushes aside water that weighs more than the boat with the air inside it, and so the water carries it.',
  ],
  [
    'What is a fossil?',
    'A fossil is what remains of a plant or an animal that lived long ago, mostly turned into stone.',
  ],
  ['Which metal is liquid at room temperature?', 'Mercury is a metal that is liquid at room temperature.'],
  [
    'What is the function of the lungs?',
    'The lungs take oxygen from the air into the blood, and give off carbon dioxide.',
  ],
  ['What causes tides?', 'Tides are caused mainly by the gravity of the Moon, which pulls at the water of the oceans.'],
  [
    'What is recycling?',
    'Recycling means turning used material, such as paper, glass or metal, into something new in place of throwing it away.',
  ],
  [
    'Where do penguins live?',
    'Penguins live in the southern half of the world, many of them in Antarctica and on cold coasts near it.',
  ],
];
