import { naira, type Scene } from './scene';

/** Short and full names of the public bodies. */
export const AGENCIES: Readonly<Record<string, string>> = {
  CAC: 'Corporate Affairs Commission',
  NIMC: 'National Identity Management Commission',
  NIS: 'Nigeria Immigration Service',
  FRSC: 'Federal Road Safety Corps',
  VIO: 'Vehicle Inspection Office',
  FIRS: 'Federal Inland Revenue Service',
  INEC: 'Independent National Electoral Commission',
  JAMB: 'Joint Admissions and Matriculation Board',
  NHIA: 'National Health Insurance Authority',
  NYSC: 'National Youth Service Corps',
  PenCom: 'National Pension Commission',
  NAFDAC: 'National Agency for Food and Drug Administration and Control',
  CBN: 'Central Bank of Nigeria',
  NCC: 'Nigerian Communications Commission',
  NERC: 'Nigerian Electricity Regulatory Commission',
  NCS: 'Nigeria Customs Service',
  LIRS: 'Lagos State Internal Revenue Service',
  NPC: 'National Population Commission',
  WAEC: 'West African Examinations Council',
  NECO: 'National Examinations Council',
  NELFUND: 'Nigerian Education Loan Fund',
  SON: 'Standards Organisation of Nigeria',
  SMEDAN: 'Small and Medium Enterprises Development Agency of Nigeria',
  FCCPC: 'Federal Competition and Consumer Protection Commission',
  ITF: 'Industrial Training Fund',
  NIPOST: 'Nigerian Postal Service',
  BPP: 'Bureau of Public Procurement',
  LASG: 'Lagos State Government',
  NPF: 'Nigeria Police Force',
  NAICOM: 'National Insurance Commission',
  NCAA: 'Nigeria Civil Aviation Authority',
  FMBN: 'Federal Mortgage Bank of Nigeria',
  NDLEA: 'National Drug Law Enforcement Agency',
  NSITF: 'Nigeria Social Insurance Trust Fund',
};

// agency | item | kind (p: paper or card that can be lost; x: a right or a record) | fee in naira, low-high (0: free) | time | validity |
// place | what happens there | reasons (to ...), parted by ; | papers asked for, parted by ; | who may have it
const ROWS = `
NIS | passport | p | 50000-200000 | three weeks | five years | the passport office | take your photograph and fingerprints | travel to Ghana;study in another country;visit family abroad;go on a business trip | a NIN slip;an old passport;a birth certificate;a proof of address;a payment receipt | every citizen
NIS | residence permit | p | 20000-90000 | four weeks | two years | the immigration office | check your papers and take your fingerprints | live and work in Nigeria;join a husband or wife;run a factory | a passport;a letter from the employer;two photographs;a form of request | a foreigner who lives here
NIS | visa | p | 30000-120000 | ten working days | three months | the visa centre | look at your passport and your ticket | visit friends;attend a meeting;see the country | a passport;a return ticket;a hotel booking;a letter of invitation | a foreign visitor
NIMC | NIN slip | p | 0 | one day | | the enrolment centre | take your photograph and all ten fingerprints | open a bank account;register a SIM card;sit for an examination;apply for a passport | a birth certificate;a school certificate;a letter from the local government;an old ID card | everyone who lives here
NIMC | NIN record | x | 2000-30000 | two weeks | | the state office | compare your papers with the record | use the right date of birth;make the names agree;change an old address | a birth certificate;a court affidavit;a newspaper notice;a NIN slip | the owner of the number
FRSC | driver's licence | p | 8000-25000 | six weeks | three years | the licence centre | test your eyes and take your photograph | drive a car;work as a driver;take the children to school | a driving school certificate;a NIN slip;a test report;two photographs;a receipt of payment | an adult who has passed the driving test
FRSC | number plate | p | 20000-45000 | five working days | | the licensing office | check the chassis number | put a new car on the road;register a motorcycle;sell a car properly | a proof of purchase;a customs paper;an insurance paper;an ID card | every owner of a vehicle
VIO | roadworthiness certificate | p | 3000-9000 | one day | one year | the inspection yard | test the brakes, the lights and the tyres | keep an old bus on the road;carry passengers;pass a checkpoint without trouble | the old certificate;a vehicle licence;an insurance paper | the owner of a vehicle
CAC | business name certificate | p | 8000-20000 | four working days | | the CAC office | look at the names and the ID of the owner | open a business account;sell to big customers;bid for small contracts | a valid ID;two possible names;a passport photograph;a shop address | any adult who trades
CAC | company certificate | p | 15000-60000 | six working days | | the CAC office | read the forms and check the directors | start a firm with partners;open a factory;take a bank loan | the IDs of the directors;an approved name;a registered address;the signatures of the shareholders | partners who want a firm of their own
CAC | status report | p | 2000-8000 | two working days | | the CAC office | print the record of the firm | show who owns the firm;open a company account;answer a lender | a registration number;a letter of request;a payment receipt | any member of the public
FIRS | tax number | x | 0 | two days | | the tax office | enter your details in the tax register | pay tax;open a company account;win a contract | a NIN slip;an address;a company certificate | every person or firm that pays tax
FIRS | tax clearance certificate | p | 0 | two weeks | one year | the tax office | compare your returns with your payments | bid for a contract;apply for a permit;prove that nothing is owed | the tax returns;the payment receipts;a letter of request;a company certificate | a firm that has paid its tax
LIRS | payer ID | x | 0 | one day | | the district tax office | enter your name and your income | pay income tax;get a tax card;file a return | a NIN slip;a phone number;a home address | everyone who works in Lagos
INEC | voter card | p | 0 | three months | | the registration centre | take your photograph and fingerprints | vote in the next election;choose a governor;take part in the vote | a birth certificate;a national ID;a driver's licence | every citizen of full age
JAMB | admission letter | p | 1000-3000 | two days | | the computer test centre | check your profile and print the letter | enter a university;accept an offer;register at school | a profile code;a registration number;an examination slip | a candidate with an offer
JAMB | examination slip | p | 4000-9000 | one day | | the computer test centre | take your fingerprints and register your subjects | sit for the entrance test;choose a course;try for a university | a NIN slip;a profile code;a list of four subjects;a passport photograph | a pupil who has finished secondary school
WAEC | result certificate | p | 5000-15000 | four weeks | | the examination office | look for your name in the record | enter a school;apply for a job;prove the grades | an examination number;an ID card;a photograph;a letter from the school | a person who sat for the examination
NECO | result token | x | 1000-3000 | one hour | | the examination office | enter your examination number | check the grades;print the result;apply to a school | an examination number;a phone number;an e-mail address | every candidate
NYSC | discharge certificate | p | 0 | two weeks | | the state secretariat | check your monthly clearance | apply for a job;enter a second degree;prove the service year | a clearance letter;an identity card;a final form;a report from the place of work | a graduate who has finished the service year
NYSC | call-up letter | p | 2000-5000 | three weeks | | the state secretariat | compare your name with the senate list | enter the camp;begin the service year;join the next group | a statement of result;a school ID card;a medical certificate;a passport photograph | a young graduate
NHIA | health insurance plan | x | 12000-30000 | two weeks | one year | the insurance desk | enter your family and your hospital | see a doctor without cash;cover a newborn baby;pay less for medicine | a NIN slip;a passport photograph;a list of family members;a marriage certificate | workers, traders and their families
PenCom | pension account | x | 0 | three working days | | the pension office | enter your employer and take your photograph | save for old age;change the fund;collect a monthly pension | a letter of employment;a NIN slip;a bank account number;a birth certificate | everyone who works for a salary
NAFDAC | product number | x | 40000-150000 | four months | five years | the NAFDAC office | inspect the kitchen and test the samples | sell packed juice;sell food to supermarkets;put a cream on the market | a company certificate;a sample of the product;a clear label;a laboratory report | a firm that makes food, drinks or medicine
CBN | BVN | x | 0 | one day | | the bank branch | take your photograph and fingerprints | open a bank account;take a small loan;send money safely | a NIN slip;an electricity bill;an ID card | every bank customer
CBN | bank account | x | 1000-10000 | one day | | the bank branch | check your face and your signature | save money;receive a salary;pay by transfer | a valid ID;an electricity bill;two photographs;a BVN | any person with an ID
CBN | bank card | p | 1000-3000 | three working days | three years | the bank branch | print the card and ask for a new PIN | take cash from a machine;pay in a shop;buy things online | a valid ID;an account number;a police report | the holder of an account
NCC | SIM card | p | 500-2000 | four hours | | the network's shop | check your NIN and your face | make calls;keep an old number;use the internet | a NIN slip;a valid ID;an old phone number | anyone with a NIN
NERC | prepaid meter | x | 60000-180000 | ten working days | | the electricity office | look at the wiring of the house | pay only for the light that is used;stop high bills;separate two flats | a valid ID;a letter from the landlord;an old bill;a wiring report | a customer with safe wiring
NCS | import permit | p | 10000-80000 | two weeks | six months | the customs office | compare the list with the goods | bring in machines;import spare parts;clear a used car | a company certificate;an invoice;a packing list;a bill of lading | a registered importer
NPC | birth certificate | p | 0 | one day | | the registration desk | write the names in the register | start school;apply for a passport;prove the age of a child | a hospital card;the parents' IDs;an immunisation card | every child born here
NPC | attestation letter | p | 2000-8000 | five working days | | the registration desk | read the affidavit and take your photograph | prove an age;correct a record;apply for a passport | a court affidavit;a NIN slip;a school certificate;two photographs | an adult who was never registered as a child
NPC | death certificate | p | 1000-4000 | two days | | the registration desk | write the date and the place in the register | close an account;share property;claim insurance | a medical report;an ID of the dead person;an ID of the relative | the family of a person who has died
NELFUND | student loan | x | 0 | six weeks | | the student affairs office | check your name on the school list | pay school fees;pay for a hostel;buy books | a NIN slip;an admission letter;a bank account number;a BVN | a student in a public school
SON | product certificate | p | 30000-120000 | two months | one year | the SON laboratory | test samples of the goods | sell cables;import tyres;make roofing sheets | a company certificate;a factory address;a sample of the product;a test report | a maker or importer of goods
SMEDAN | business support number | x | 0 | two days | | the business centre | listen to your plan and enter your shop | join a training class;apply for a grant;meet other traders | a NIN slip;a business name;a phone number | the owner of a small business
ITF | training place | x | 0 | two weeks | three months | the training centre | ask which trade you want to learn | learn welding;train as a plumber;learn to repair phones | a NIN slip;a school certificate;two photographs | a young person who wants a trade
NIPOST | post office box | x | 6000-18000 | two days | one year | the post office | give you a number and two keys | receive letters safely;get parcels in town;use a fixed address | an ID card;two photographs;a utility bill | any person or firm
NIPOST | parcel receipt | p | 1500-9000 | five working days | | the post office | weigh the parcel and write the address | send books to a friend;post goods to a buyer;follow a parcel | an ID card;a full address;a list of the contents | any sender
BPP | contractor number | x | 10000-50000 | three weeks | one year | the BPP office | check the papers of the firm | bid for a road contract;supply desks to schools;work for a ministry | a company certificate;a tax clearance certificate;a list of past jobs | a registered firm
LASG | building permit | p | 50000-250000 | six weeks | two years | the planning office | study the drawings and visit the land | build a house;add a second floor;put up a fence | a survey plan;a set of drawings;a land document;a tax receipt | the owner of a plot
LASG | land certificate | p | 60000-300000 | three months | | the land registry | search the register and check the survey | prove who owns a plot;sell a house;borrow against a house | a deed;a survey plan;a tax receipt;an ID card | the owner of a plot
NPF | police report | p | 0 | one day | | the police station | write down what you saw | replace a stolen phone;claim insurance;prove that a card is lost | an ID card;a list of the lost things;a receipt | anyone who has lost something
NPF | character certificate | p | 10000-30000 | one week | six months | the police command | take your fingerprints | work in another country;apply for a visa;take a job with children | a passport;two photographs;a letter of request | an adult who needs it for work or travel
NAICOM | motor insurance paper | p | 10000-20000 | one hour | one year | the insurance office | write down the number of the car | drive lawfully;pay for damage to others;renew the car papers | a proof of ownership;a driver's licence;a phone number | every owner of a vehicle
NCAA | baggage claim | x | 0 | three weeks | | the airport desk | write down the tag number and the colour of the bag | get paid for a lost bag;find a late suitcase | a boarding pass;a bag tag;a ticket;a list of the contents | a passenger of the airline
FMBN | housing loan | x | 0 | three months | fifteen years | the mortgage office | look at your salary and your savings | buy a first house;build on a plot;repair an old house | the pay slips;a letter from the employer;a land document;a NIN slip | a worker who saves with the housing fund
FCCPC | complaint file | x | 0 | four weeks | | the complaint desk | read your letter and call the shop | get money back for a bad phone;return a broken fridge;report a wrong price | a receipt;two photographs;a letter to the shop | any buyer
NSITF | injury claim | x | 0 | eight weeks | | the claims office | read the hospital report | get paid after an accident at work;cover a hospital bill | a hospital report;a letter from the employer;a NIN slip;a list of the costs | a worker whose employer pays into the fund
`;

interface Service {
  readonly agency: string;
  readonly item: string;
  readonly paper: boolean;
  readonly fee: readonly [number, number] | null;
  readonly time: string;
  readonly valid: string;
  readonly office: string;
  readonly check: string;
  readonly reasons: readonly string[];
  readonly papers: readonly string[];
  readonly who: string;
}

function parseService(line: string): Service {
  const [agency, item, kind, fee, time, valid, office, check, reasons, papers, who] = line
    .split('|')
    .map((cell) => cell.trim());
  return {
    agency: agency!,
    item: item!,
    paper: kind === 'p',
    fee: fee === '0' ? null : (fee!.split('-').map(Number) as [number, number]),
    time: time!,
    valid: valid!,
    office: office!,
    check: check!,
    reasons: reasons!.split(';'),
    papers: papers!.split(';'),
    who: who!,
  };
}

const SERVICES: readonly Service[] = ROWS.trim().split('\n').map(parseService);

/** Draws a service and binds its facts; returns its agency. */
export function useService(scene: Scene): string {
  const service = scene.pick(SERVICES);
  const [paper1, paper2, paper3] = scene.sample(service.papers, 3);
  const [reason1, reason2] = scene.sample(service.reasons, 2);
  const [low, high] = service.fee ?? [0, 0];
  const step = high > 20000 ? 500 : 50;
  const fee = low + step * scene.random.below(Math.floor((high - low) / step) + 1);
  const facts: Record<string, string> = {
    agency: service.agency,
    full: AGENCIES[service.agency]!,
    item: service.item,
    paper: service.paper ? 'yes' : '',
    paid: service.fee === null ? '' : 'yes',
    free: service.fee === null ? 'yes' : '',
    fee: service.fee === null ? '' : naira(fee),
    more: service.fee === null ? '' : naira(Math.round((fee * scene.pick([1.5, 2, 2.5, 3])) / 100) * 100),
    time: service.time,
    valid: service.valid,
    office: service.office,
    check: service.check,
    checked: service.check.replace(/\byour\b/g, 'the'),
    who: service.who,
    doc1: paper1!,
    doc2: paper2!,
    doc3: paper3 ?? '',
    reason: reason1!,
    reason2: reason2!,
  };
  for (const [name, value] of Object.entries(facts)) scene.bind(name, value);
  return service.agency;
}
