// The audit log.
import type { Company } from "./company";

export async function tryAuditLog({ v1, tries, customer_id }: Company) {
  await tries.all("audit_logs.list", v1.auditLogs.list({ resource_type: "customer", resource_id: customer_id, limit: 2 }));
}
