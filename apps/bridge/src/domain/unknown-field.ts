// What other phone systems and workflow tools call the same thing.
const RIGHT_NAMES: Readonly<Record<string, string>> = {
  to: 'destination',
  to_number: 'destination',
  phone_number: 'destination',
  phone: 'destination',
  number: 'destination',
  customer: 'destination',
  'customer.number': 'destination',
  from: 'caller_id',
  from_number: 'caller_id',
  first_message: 'greeting',
  system_prompt: 'instructions',
  prompt: 'instructions',
  user_data: 'variables',
  initial_context: 'variables',
  dynamic_variables: 'variables',
  variable_values: 'variables',
  request_data: 'variables',
  agent_id: 'playbook',
  assistant_id: 'playbook',
  pathway_id: 'playbook',
  statusCallback: 'callback_url',
  status_callback: 'callback_url',
  webhook_url: 'callback_url',
};

// camelCase of one of our own names is the commonest slip of all.
const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** One sentence about a field that does not exist, with the right name when it can be guessed. */
export const explainUnknownField = (name: string, knownNames: readonly string[]): string => {
  const guess =
    (Object.hasOwn(RIGHT_NAMES, name) ? RIGHT_NAMES[name] : undefined) ??
    knownNames.find((known) => known === toSnakeCase(name));
  return guess === undefined ? `${name} is not a field here.` : `${name} is not a field here; use ${guess}.`;
};
