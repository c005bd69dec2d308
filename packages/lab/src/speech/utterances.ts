/** What the lab's phones say. The STT server knows these sentences by their sound. */
export const utterances = {
  /** A callee who picks up, and waits. */
  answer: 'Good morning, Robin speaking.',
  /** Asks for the transfer that the demo call makes. */
  transfer: 'Hello. Could you please transfer me to accounts?',
  question: 'What are your opening hours on Saturday?',
  noRecording: 'No. Please do not record this call.',
  party: 'Yes. We are seven people, and we come on Friday.',
  goodbye: 'No thank you. Goodbye.',
  voicemail:
    'Hi, you have reached the voicemail of Robin. I cannot take your call right now. Please leave a message after the tone.',
  optOut: 'Please do not call me again.',
  /** A menu that wants a key. */
  menu: 'Welcome to Harbour Dental. For appointments, press one. For anything else, press two.',
  /** A service that stands before a person. */
  screening: 'Please say your name and why you are calling, and I will see if this person is available.',
  /** What the transfer target says when it picks up. */
  target: 'Accounts department, Kim here. How can I help?',
} as const satisfies Record<string, string>;

export type UtteranceKey = keyof typeof utterances;
