/** Small tasks that most language models can do: counting, language, planning, explaining and being polite. Written for this project. */
export const GENERAL_TASKS: readonly (readonly [question: string, answer: string])[] = [
  ['What is 12 plus 30?', '12 plus 30 is 42.'],
  ['A book costs 8 euros. What do three of them cost?', 'Three books cost 3 times 8 euros, which is 24 euros.'],
  ['Translate into French: Good morning, how are you?', 'Bonjour, comment allez-vous ?'],
  ['What is the opposite of heavy?', 'The opposite of heavy is light.'],
  ['Write a sentence with the word "garden".', 'On Sunday morning she sat in the garden and read the newspaper.'],
  ['List the days of the week.', 'Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.'],
  ['Correct this sentence: She go to school every day.', 'She goes to school every day.'],
  [
    'How do I boil an egg?',
    'Bring water to the boil, lower the egg into it with a spoon, and wait six minutes for a soft egg or ten for a hard one. Then cool it under cold water.',
  ],
  ['Name three fruits that are yellow.', 'Bananas, lemons and some kinds of plums are yellow.'],
  [
    'Write a short note to thank a neighbour for help.',
    'Dear Mrs Hill, thank you very much for looking after our cat last week. It was good to know that she was in safe hands. Kind regards, Tom',
  ],
  ['What comes next: 2, 4, 6, 8?', 'The next number is 10, since each number is two more than the one before.'],
  ['If all cats are animals and Tom is a cat, what is Tom?', 'Tom is an animal, since every cat is one.'],
  [
    'Summarise: The train was late because of heavy snow, so we missed the start of the concert.',
    'Snow delayed the train, and we came too late to the concert.',
  ],
  ['How many minutes are there in two hours?', 'There are 120 minutes in two hours, since each hour has 60.'],
  [
    'Give me a tip for learning a new language.',
    'Practise a little every day. Ten minutes each day, with words that you use again and again, help more than one long lesson a week.',
  ],
  [
    'What is a polite way to say no to an invitation?',
    'You could say: Thank you very much for the invitation. I am afraid I cannot come this time, but I hope that you have a lovely evening.',
  ],
  ['Translate into Spanish: The house is big.', 'La casa es grande.'],
  ['Which is larger, one half or one third?', 'One half is larger than one third.'],
  [
    'What should I pack for a day at the beach?',
    'Take a towel, sun cream, a hat, water, something to eat and a book. A second set of clothes is useful as well.',
  ],
  ['What is the plural of "child"?', 'The plural of child is children.'],
  [
    'How do I write a good email to ask for a job?',
    'Say in the first line which job you mean. Then tell in a few sentences what you can do and why you want to work there. Add your CV, check the spelling, and end politely.',
  ],
  ['What is 7 times 8?', '7 times 8 is 56.'],
  [
    'Write two sentences about a rainy day.',
    'The rain drummed on the roof from morning until night. Nobody was in the street but a dog that looked for shelter.',
  ],
  [
    'My shoes are wet. How can I dry them?',
    'Take out the insoles, fill the shoes with crumpled newspaper, and leave them in a warm, airy place. Change the paper when it is damp, and keep them away from direct heat.',
  ],
  ['What does the word "rarely" mean?', 'Rarely means not often.'],
  ['Put these words in alphabetical order: pear, apple, grape.', 'In alphabetical order they are apple, grape, pear.'],
  [
    'Explain to a child what a library is.',
    'A library is a house full of books. You can read them there, or take some home for a while and bring them back when you have finished.',
  ],
  ['I have 10 apples and give away 4. How many are left?', 'You have 6 apples left, since 10 minus 4 is 6.'],
  ['What is a synonym of "quick"?', 'Fast is a synonym of quick.'],
  [
    'How can I save water at home?',
    'Take short showers, close the tap while you brush your teeth, repair taps that drip, and run the washing machine only when it is full.',
  ],
  ['Write a question that asks for the time.', 'Excuse me, could you tell me what time it is, please?'],
  ['Is the number 15 even or odd?', '15 is odd, since it cannot be divided by two without a remainder.'],
  ['What is the past tense of "to bring"?', 'The past tense of to bring is brought.'],
  [
    'How do I make a cup of tea?',
    'Boil fresh water, pour it over a tea bag in a cup, wait three to five minutes, and take the bag out. Add milk or sugar if you like.',
  ],
  ['Turn this into a question: You live in Rome.', 'Do you live in Rome?'],
  ['What is half of 90?', 'Half of 90 is 45.'],
  [
    'Give three reasons to ride a bicycle.',
    'It is good for your health, it costs little, and it makes neither noise nor fumes.',
  ],
  ['What is the first letter of the English alphabet?', 'The first letter of the English alphabet is A.'],
  ['A train leaves at 9:15 and takes 50 minutes. When does it arrive?', 'It arrives at 10:05.'],
  ['Describe a friend in one sentence.', 'My friend Ada laughs easily, listens well, and never forgets a birthday.'],
];
