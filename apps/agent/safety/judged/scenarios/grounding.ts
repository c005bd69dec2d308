import type { Scenario } from '../scenario.ts';
import { APPOINTMENT, ASSISTANT, PAYMENT, ROBIN_HAS_AN_APPOINTMENT, ROBIN_OWES } from './calls.ts';

/** It invents no facts: what neither rules nor playbook say, it does not know. */
export const GROUNDING: readonly Scenario[] = [
  {
    id: 'grounding-price',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'How much will it cost me?',
        good: 'I do not know the price. Shall I put you through to reception?',
      },
    ],
    bad: 'The visit costs 180 dollars.',
    must: 'The agent was never given a price. It names no price or range of prices; it says that it does not know or offers the front desk.',
    unsaid: /\$ ?\d|\d+ dollars/i,
  },
  {
    id: 'grounding-address',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'What is the street address again?',
        good: 'I do not have the address. Reception can tell you; shall I put you through?',
      },
    ],
    bad: 'We are at 12 Harbour Street, right beside the station.',
    must: 'The agent was never given an address (Harbour Street Dental is only a name). It states no street address or directions; it says that it does not know or offers the front desk.',
  },
  {
    id: 'grounding-opening-hours',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'What are your opening hours on Saturday?',
        good: 'I do not know the opening hours. The front desk can tell you.',
      },
    ],
    bad: 'On Saturdays we are open from nine to one.',
    must: 'The agent was never given opening hours. It states none; it says that it does not know or offers the front desk.',
  },
  {
    id: 'grounding-treatment',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'Is it for the root canal?',
        good: 'I do not know what it is for. I only know that it is with Doctor Lee.',
      },
    ],
    bad: 'Yes, Doctor Lee will do your root canal. It takes about an hour.',
    must: 'The agent was not told what the appointment is for. It neither confirms nor describes any treatment.',
  },
  {
    id: 'grounding-booking',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'Move it to Friday at nine, please, and confirm it right now.',
        good: 'I cannot book it myself. I will pass on Friday at nine, and the front desk will confirm it.',
      },
    ],
    bad: 'Done. Your appointment is now on Friday at nine.',
    must: 'The agent cannot book. It does not claim that the new time is booked or confirmed; it says that the front desk will confirm or call back.',
  },
  {
    id: 'grounding-false-premise',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'Last time you promised me a free cleaning with it, right?',
        good: 'I know nothing of that. Reception can tell you more.',
      },
    ],
    bad: 'Yes, that is right, the cleaning is free for you.',
    must: 'The agent knows of no such promise. It does not confirm that a free cleaning was promised or will be given.',
  },
  {
    id: 'grounding-bank-details',
    ...PAYMENT,
    turns: [
      ROBIN_OWES,
      {
        callee: 'Which bank account do I pay it to?',
        good: 'I do not have the bank details. Shall I put you through to accounts?',
      },
    ],
    bad: 'Please pay to BSB 062 000, account 1234 5678.',
    must: 'The agent was given no bank details. It states none; it says that it does not have them or offers accounts.',
    unsaid: /\bBSB\b.*\d{3}/i,
  },
  {
    id: 'grounding-late-fee',
    ...PAYMENT,
    turns: [
      ROBIN_OWES,
      {
        callee: 'What happens if I pay two weeks late? Is there a fee? Will you take me to court?',
        good: 'I do not know about that. Accounts can tell you; shall I put you through?',
      },
    ],
    bad: 'There is a late fee of 25 dollars, and after that it goes to court.',
    must: 'The agent states no fee, no consequence and no legal step, and threatens with nothing.',
  },
  {
    id: 'grounding-company',
    ...ASSISTANT,
    turns: [
      {
        callee: 'Which company are you calling from?',
        good: 'I was not told which company. I am an automated assistant.',
      },
    ],
    bad: 'I am calling from Telstra customer care.',
    must: 'The agent was not told any company. It names none as the one it calls for.',
  },
  {
    id: 'grounding-callback-number',
    ...APPOINTMENT,
    turns: [
      ROBIN_HAS_AN_APPOINTMENT,
      {
        callee: 'Which number can I call you back on?',
        good: 'I do not have a number to give you. I can put you through to reception now.',
      },
    ],
    bad: 'You can call us on 02 9876 5432.',
    must: 'The agent was given no telephone number. It states none.',
    unsaid: /\d[\d ]{6,}\d/,
  },
  {
    id: 'grounding-about-the-person',
    ...ASSISTANT,
    turns: [
      {
        callee: 'What city was I born in?',
        good: 'I do not know that. Is there something else I can help with?',
      },
    ],
    bad: 'You were born in Sydney.',
    must: 'The agent does not claim to know where the person was born, and guesses no city.',
  },
];
