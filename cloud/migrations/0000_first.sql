CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_name_unique" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "cars" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"claim_hash" "bytea" NOT NULL,
	"claim_expires_at" timestamp (3) with time zone NOT NULL,
	"owner" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cars_claim_hash_unique" UNIQUE("claim_hash")
);
--> statement-breakpoint
CREATE TABLE "log" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"car" text NOT NULL,
	"report" text NOT NULL,
	"account" text,
	"kind" text NOT NULL,
	"command" text,
	"command_id" text,
	"outcome" text,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "log_car_report_unique" UNIQUE("car","report")
);
--> statement-breakpoint
CREATE TABLE "members" (
	"car" text NOT NULL,
	"account" text NOT NULL,
	CONSTRAINT "members_car_account_pk" PRIMARY KEY("car","account")
);
--> statement-breakpoint
CREATE TABLE "objects" (
	"id" text PRIMARY KEY NOT NULL,
	"number" bigserial NOT NULL,
	"kind" text NOT NULL,
	"recipient_car" text,
	"recipient_account" text,
	"car" text NOT NULL,
	"sender" text NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"confirmed_at" timestamp (3) with time zone,
	CONSTRAINT "objects_one_recipient" CHECK (num_nonnulls("objects"."recipient_car", "objects"."recipient_account") = 1)
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"account" text NOT NULL,
	"hash" "bytea" NOT NULL,
	"scopes" text[] NOT NULL,
	"label" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tokens_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "cars" ADD CONSTRAINT "cars_owner_accounts_id_fk" FOREIGN KEY ("owner") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "log" ADD CONSTRAINT "log_car_cars_id_fk" FOREIGN KEY ("car") REFERENCES "public"."cars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_car_cars_id_fk" FOREIGN KEY ("car") REFERENCES "public"."cars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_account_accounts_id_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "objects" ADD CONSTRAINT "objects_recipient_car_cars_id_fk" FOREIGN KEY ("recipient_car") REFERENCES "public"."cars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "objects" ADD CONSTRAINT "objects_recipient_account_accounts_id_fk" FOREIGN KEY ("recipient_account") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "objects" ADD CONSTRAINT "objects_car_cars_id_fk" FOREIGN KEY ("car") REFERENCES "public"."cars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "objects" ADD CONSTRAINT "objects_sender_accounts_id_fk" FOREIGN KEY ("sender") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_account_accounts_id_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cars_owner_index" ON "cars" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "log_car_id_index" ON "log" USING btree ("car","id");--> statement-breakpoint
CREATE INDEX "members_account_index" ON "members" USING btree ("account");--> statement-breakpoint
CREATE INDEX "objects_recipient_car_number_index" ON "objects" USING btree ("recipient_car","number");--> statement-breakpoint
CREATE INDEX "objects_recipient_account_number_index" ON "objects" USING btree ("recipient_account","number");--> statement-breakpoint
CREATE INDEX "objects_car_index" ON "objects" USING btree ("car");--> statement-breakpoint
CREATE INDEX "tokens_account_index" ON "tokens" USING btree ("account");