-- What the agent is to say and do in this call: its playbook with the variables filled in, as it was at
-- the acceptance. Null in rows from before there were playbooks: the default one.
alter table calls add column granted_playbook jsonb;
