-- The whole schema of today, as a fresh install runs it: at every start, hence IF NOT EXISTS.
-- It has grown authorization_codes before the migration that makes it was written, and
-- lacks the indexes that come with that migration: the classic way to a broken upgrade.
CREATE TABLE IF NOT EXISTS notes (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    slug         TEXT UNIQUE NOT NULL,
    file_path    TEXT UNIQUE NOT NULL,
    published    BOOLEAN DEFAULT 0,
    created_at   TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at   TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    deleted_at   TIMESTAMP,
    content_hash TEXT
);
CREATE INDEX IF NOT EXISTS idx_notes_created_at ON notes(created_at DESC);
CREATE INDEX IF NOT EXISTS idx_notes_published  ON notes(published);

CREATE TABLE IF NOT EXISTS sessions (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    session_token_hash TEXT UNIQUE NOT NULL,
    me                 TEXT NOT NULL,
    created_at         TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at         TIMESTAMP NOT NULL,
    last_used_at       TIMESTAMP
);
CREATE INDEX IF NOT EXISTS idx_sessions_expires ON sessions(expires_at);

CREATE TABLE IF NOT EXISTS tokens (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    token_hash   TEXT UNIQUE NOT NULL,
    me           TEXT NOT NULL,
    client_id    TEXT,
    scope        TEXT DEFAULT 'create',
    created_at   TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at   TIMESTAMP NOT NULL,
    last_used_at TIMESTAMP,
    revoked_at   TIMESTAMP
);

CREATE TABLE IF NOT EXISTS authorization_codes (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    code_hash             TEXT UNIQUE NOT NULL,
    me                    TEXT NOT NULL,
    client_id             TEXT NOT NULL,
    redirect_uri          TEXT NOT NULL,
    scope                 TEXT,
    state                 TEXT,
    code_challenge        TEXT,
    code_challenge_method TEXT,
    created_at            TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at            TIMESTAMP NOT NULL,
    used_at               TIMESTAMP
);

CREATE TABLE IF NOT EXISTS auth_state (
    state         TEXT PRIMARY KEY,
    code_verifier TEXT NOT NULL DEFAULT '',
    redirect_uri  TEXT,
    created_at    TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    expires_at    TIMESTAMP NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_auth_state_expires ON auth_state(expires_at);
