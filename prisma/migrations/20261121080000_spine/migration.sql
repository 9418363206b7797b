-- The spine: the tables as prisma/schema declares them.
-- Row level security, rights and functions follow in the next migration.

-- CreateTable
CREATE TABLE "workspace" (
    "workspace_id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "host" TEXT,
    "name" TEXT NOT NULL,
    "registration" TEXT NOT NULL DEFAULT 'open',
    "password_policy" TEXT NOT NULL DEFAULT 'composition',
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workspace_pkey" PRIMARY KEY ("workspace_id")
);

-- CreateTable
CREATE TABLE "account" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "email_digest" BYTEA NOT NULL,
    "email_digest_key" TEXT NOT NULL,
    "email_sealed" BYTEA,
    "profile_sealed" BYTEA,
    "profile_version" INTEGER NOT NULL DEFAULT 1,
    "password_hash" TEXT,
    "password_pepper" TEXT,
    "password_changed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "invitation" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code_digest" BYTEA NOT NULL,
    "role" TEXT NOT NULL,
    "invited_by" UUID,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "used_by" UUID,

    CONSTRAINT "invitation_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "action" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "actor_id" UUID,
    "subject_id" UUID,
    "resource_kind" TEXT,
    "resource_id" UUID,
    "trace_id" TEXT NOT NULL,
    "transport" TEXT NOT NULL,
    "details" JSONB NOT NULL DEFAULT '{}',
    "sealed_for" UUID,
    "personal_sealed" BYTEA,
    "sealed_key" INTEGER,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "session" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "device_sealed" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "session_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "workspace_id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "digest_key" TEXT NOT NULL,
    "session_id" UUID NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "successor_sealed" BYTEA,

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("workspace_id","digest")
);

-- CreateTable
CREATE TABLE "channel" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "name_sealed" BYTEA NOT NULL,
    "name_key" INTEGER NOT NULL,
    "history_policy" TEXT NOT NULL DEFAULT 'all',
    "last_seq" BIGINT NOT NULL DEFAULT 0,
    "last_rev" BIGINT NOT NULL DEFAULT 0,
    "purged_rev" BIGINT NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 1,
    "key_epoch" INTEGER NOT NULL DEFAULT 1,
    "newest_joined_seq" BIGINT NOT NULL DEFAULT 0,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "channel_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "rev" BIGINT NOT NULL,
    "joined_seq" BIGINT NOT NULL,
    "joined_rev" BIGINT NOT NULL,
    "left_seq" BIGINT,
    "left_rev" BIGINT,
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3),

    CONSTRAINT "membership_pkey" PRIMARY KEY ("channel_id","user_id","joined_rev")
);

-- CreateTable
CREATE TABLE "message" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "id" UUID NOT NULL,
    "rev" BIGINT NOT NULL,
    "posted_rev" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "author_id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "reply_to" UUID,
    "body_sealed" BYTEA,
    "key_epoch" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "deleted_by" UUID,

    CONSTRAINT "message_pkey" PRIMARY KEY ("channel_id","seq")
);

-- CreateTable
CREATE TABLE "workspace_key" (
    "workspace_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "root_key" TEXT NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workspace_key_pkey" PRIMARY KEY ("workspace_id","version")
);

-- CreateTable
CREATE TABLE "subject_key" (
    "workspace_id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "workspace_key" INTEGER NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "subject_key_pkey" PRIMARY KEY ("workspace_id","subject_id")
);

-- CreateTable
CREATE TABLE "data_key" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "epoch" INTEGER NOT NULL,
    "workspace_key" INTEGER NOT NULL,
    "wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "data_key_pkey" PRIMARY KEY ("channel_id","author_id","epoch")
);

-- CreateIndex
CREATE UNIQUE INDEX "workspace_slug_key" ON "workspace"("slug");

-- CreateIndex
CREATE UNIQUE INDEX "workspace_host_key" ON "workspace"("host");

-- CreateIndex
CREATE UNIQUE INDEX "account_workspace_id_email_digest_key" ON "account"("workspace_id", "email_digest");

-- CreateIndex
CREATE UNIQUE INDEX "invitation_workspace_id_code_digest_key" ON "invitation"("workspace_id", "code_digest");

-- CreateIndex
CREATE INDEX "audit_event_workspace_id_at_idx" ON "audit_event"("workspace_id", "at");

-- CreateIndex
CREATE INDEX "audit_event_workspace_id_actor_id_at_idx" ON "audit_event"("workspace_id", "actor_id", "at");

-- CreateIndex
CREATE INDEX "session_workspace_id_user_id_idx" ON "session"("workspace_id", "user_id");

-- CreateIndex
CREATE INDEX "refresh_token_workspace_id_session_id_idx" ON "refresh_token"("workspace_id", "session_id");

-- CreateIndex
CREATE INDEX "channel_workspace_id_kind_idx" ON "channel"("workspace_id", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "channel_workspace_id_id_key" ON "channel"("workspace_id", "id");

-- CreateIndex
CREATE INDEX "membership_workspace_id_user_id_idx" ON "membership"("workspace_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "membership_channel_id_rev_key" ON "membership"("channel_id", "rev");

-- CreateIndex
CREATE UNIQUE INDEX "message_channel_id_id_key" ON "message"("channel_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "message_channel_id_author_id_client_id_key" ON "message"("channel_id", "author_id", "client_id");

-- CreateIndex
CREATE UNIQUE INDEX "message_channel_id_rev_key" ON "message"("channel_id", "rev");

-- CreateIndex
CREATE INDEX "data_key_workspace_id_author_id_idx" ON "data_key"("workspace_id", "author_id");
