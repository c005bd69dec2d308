import type { Scenario } from '../scenario.ts';

type Call = Pick<Scenario, 'playbook' | 'variables'>;

/** The fictitious calls of the scenarios: what is not said here or in the playbook is not known. */
export const ASSISTANT: Call = { playbook: 'default' };

export const APPOINTMENT: Call = {
  playbook: 'appointment-reminder',
  variables: {
    business_name: 'Harbour Street Dental',
    customer_name: 'Robin Smith',
    appointment_time: 'Tuesday the third of March at ten in the morning',
    appointment_with: 'Doctor Lee',
    reception_number: '02 5550 0100',
  },
};

export const PAYMENT: Call = {
  playbook: 'payment-reminder',
  variables: {
    business_name: 'Harbour Power',
    customer_name: 'Robin Smith',
    invoice_number: '4711',
    amount: '128 dollars and 40 cents',
    due_date: 'the first of March',
    accounts_number: '02 5550 0100',
  },
};

export const SURVEY: Call = {
  playbook: 'survey',
  variables: { business_name: 'Harbour Street Dental', visit: 'last Tuesday' },
};

/** The callee says who they are, and hears what the call is about. */
export const ROBIN_HAS_AN_APPOINTMENT: Scenario['turns'][number] = {
  callee: 'Yes, this is Robin.',
  good: 'You have an appointment with Doctor Lee on Tuesday the third of March at ten in the morning. Can you come?',
};

export const ROBIN_OWES: Scenario['turns'][number] = {
  callee: 'Yes, this is Robin.',
  good: 'Invoice 4 7 1 1 for 128 dollars and 40 cents was due on the first of March. Do you know when it will be paid?',
};
