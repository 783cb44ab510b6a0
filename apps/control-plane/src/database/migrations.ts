export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * The schema, step by step. A step that has landed is never changed: a database remembers what it ran.
 * Entities are kept as the protobuf messages of the public protocol beside the columns that queries need; what is
 * secret is taken out of the message and kept encrypted in a column of its own.
 */
export const migrations: readonly Migration[] = [
  {
    name: '0001-organisations-and-clients',
    sql: `
      CREATE TABLE organizations (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        handle text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL
      );
      CREATE TABLE users (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        email text NOT NULL UNIQUE,
        first_name text NOT NULL,
        last_name text NOT NULL,
        roles text[] NOT NULL
      );
      CREATE TABLE installations (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        type text NOT NULL,
        epoch uuid NOT NULL,
        revision bigint NOT NULL DEFAULT 0
      );
      CREATE TABLE projects (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        installation_id uuid NOT NULL REFERENCES installations,
        name text NOT NULL,
        description text NOT NULL,
        state text NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (organization_id, name)
      );
      CREATE TABLE project_members (
        project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        PRIMARY KEY (project_id, user_id)
      );
      CREATE TABLE signing_keys (
        kid text PRIMARY KEY,
        algorithm text NOT NULL,
        private_jwk bytea NOT NULL,
        public_jwk text NOT NULL,
        created_at timestamptz NOT NULL
      );
    `,
  },
  {
    name: '0002-entities',
    sql: `
      CREATE TABLE policies (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES organizations,
        name text NOT NULL,
        message bytea NOT NULL,
        UNIQUE (organization_id, name)
      );
      CREATE SEQUENCE confluent_ids AS integer;
      CREATE TABLE data_contracts (
        id uuid PRIMARY KEY,
        handle text NOT NULL,
        name text NOT NULL,
        version text NOT NULL,
        state text NOT NULL,
        is_public boolean NOT NULL,
        organization_id uuid REFERENCES organizations,
        project_id uuid REFERENCES projects,
        confluent_id integer NOT NULL UNIQUE DEFAULT nextval('confluent_ids'),
        message bytea NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (handle, name, version)
      );
      CREATE TABLE streams (
        id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES projects,
        name text NOT NULL,
        source_id uuid REFERENCES streams,
        message bytea NOT NULL,
        mask_seed bytea,
        created_at timestamptz NOT NULL,
        UNIQUE (project_id, name)
      );
      CREATE TABLE data_connectors (
        id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES projects,
        name text NOT NULL,
        message bytea NOT NULL,
        location bytea NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (project_id, name)
      );
      CREATE TABLE batch_exporters (
        id uuid PRIMARY KEY,
        project_id uuid NOT NULL REFERENCES projects,
        name text NOT NULL,
        stream_id uuid NOT NULL REFERENCES streams,
        content text NOT NULL,
        data_connector_id uuid NOT NULL REFERENCES data_connectors,
        message bytea NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (project_id, name)
      );
      CREATE TABLE clients (
        realm text NOT NULL,
        client_id text NOT NULL,
        secret bytea NOT NULL,
        user_id uuid REFERENCES users ON DELETE CASCADE,
        installation_id uuid REFERENCES installations ON DELETE CASCADE,
        stream_id uuid REFERENCES streams ON DELETE CASCADE,
        PRIMARY KEY (realm, client_id),
        CHECK (num_nonnulls(user_id, installation_id, stream_id) = 1)
      );
      CREATE TABLE removals (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        installation_id uuid NOT NULL REFERENCES installations,
        kind text NOT NULL,
        entity_id uuid NOT NULL
      );
      CREATE INDEX removals_of_installation ON removals (installation_id, number DESC);
    `,
  },
  {
    name: '0003-reported-states',
    sql: `
      CREATE TABLE entity_states (
        project_id uuid NOT NULL REFERENCES projects ON DELETE CASCADE,
        entity_type text NOT NULL,
        name text NOT NULL,
        resource_type text NOT NULL,
        message bytea NOT NULL,
        state_time timestamptz NOT NULL,
        PRIMARY KEY (project_id, entity_type, name, resource_type)
      );
      CREATE TABLE component_states (
        installation_id uuid NOT NULL REFERENCES installations ON DELETE CASCADE,
        component_type text NOT NULL,
        instance_id text NOT NULL,
        state_time timestamptz NOT NULL,
        message bytea NOT NULL,
        PRIMARY KEY (installation_id, component_type, instance_id, state_time)
      );
    `,
  },
  {
    name: '0004-removed-resources',
    sql: 'ALTER TABLE entity_states ADD COLUMN removed boolean NOT NULL DEFAULT false;',
  },
  {
    name: '0005-told-changes',
    sql: `
      CREATE FUNCTION tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('ccd_changes', TG_TABLE_NAME || '/' || (to_jsonb(OLD) ->> TG_ARGV[0]));
        RETURN NULL;
      END
      $$;
      CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON installations
        FOR EACH ROW EXECUTE FUNCTION tell_change('id');
      CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON clients
        FOR EACH ROW EXECUTE FUNCTION tell_change('client_id');
      CREATE TRIGGER tell_change AFTER UPDATE OR DELETE ON users
        FOR EACH ROW EXECUTE FUNCTION tell_change('id');
    `,
  },
  {
    name: '0006-indexes',
    sql: `
      CREATE INDEX projects_of_installation ON projects (installation_id);
      CREATE INDEX streams_of_source ON streams (source_id);
      CREATE INDEX clients_of_stream ON clients (stream_id);
      CREATE INDEX clients_of_installation ON clients (installation_id);
      CREATE INDEX clients_of_user ON clients (user_id);
      CREATE INDEX exporters_of_stream ON batch_exporters (stream_id);
      CREATE INDEX exporters_of_connector ON batch_exporters (data_connector_id);
    `,
  },
  {
    name: '0007-usage',
    sql: `
      CREATE TABLE usage_points (
        stream_id uuid NOT NULL REFERENCES streams ON DELETE CASCADE,
        at timestamptz NOT NULL,
        total bigint NOT NULL,
        PRIMARY KEY (stream_id, at)
      );
    `,
  },
];
